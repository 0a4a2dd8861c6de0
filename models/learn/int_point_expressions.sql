-- Python models cannot call macros. They read the SQL of the macros from this model, so
-- that fitting and scoring measure distances in the same way.
select
    {{ quoted_text(points_of_text("{points}")) }} as centroids,
    {{ quoted_text(distances_to("point", "centroids")) }} as distances,
    {{ quoted_text(nearest("distances")) }} as position,
    {{ quoted_text(list_element("distances", "position")) }} as distance,
    {{ quoted_text(array_minimum(all_but("distances", "position"))) }} as next_distance,
    {{ quoted_text(list_element("point", "{place}")) }} as coordinate,
    {{ quoted_text(whole_sum(whole_number("{value}"))) }} as whole_sum
