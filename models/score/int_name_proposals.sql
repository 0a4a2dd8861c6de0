{% set features = configured_features() %}

with

segmentation_fit_centroids as (

    select * from {{ ref("customer_segmentation", "segmentation_fit_centroids") }}
    where is_champion

),

int_segment_profiles as (

    select * from {{ ref("customer_segmentation", "int_segment_profiles") }}

),

phrased as (

    select
        centroids.segmentation,
        centroids.segment_id,
        centroids.feature,
        profiles.block,
        profiles.side,
        profiles.telling,
        case profiles.side when 'high' then '+' when 'low' then '-' else '=' end
            || centroids.feature as signed_feature,
        case centroids.feature
            {%- for feature in features %}
            when '{{ feature.name }}' then {{ segment_phrase(
                feature, "profiles.side",
                "case when profiles.typical_is = 'share' then profiles.typical_value end",
            ) }}
            {%- endfor %}
        end as phrase

    from segmentation_fit_centroids as centroids
    left join int_segment_profiles as profiles
        on centroids.segmentation = profiles.segmentation
        and centroids.segment_id = profiles.segment_id
        and centroids.feature = profiles.feature

),

best_of_block as (

    -- A name mentions only one category of a block, preferably one that most customers
    -- have.
    select
        *,
        row_number() over (
            partition by segmentation, segment_id, block
            order by
                case side when 'high' then 0 when 'low' then 1 else 2 end,
                telling desc,
                feature
        ) as place

    from phrased
    where phrase is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by segmentation, segment_id
            order by
                case when side = 'average' then 1 else 0 end,
                case when side = 'average' then -1 else 1 end * telling desc,
                feature
        ) as position

    from best_of_block
    where place = 1

),

first_words as (

    select
        *,
        count(*) over (partition by segmentation, segment_id) as words

    from ranked
    where
        position <= 2
        and side != 'average'

),

rivals as (

    -- Rivals are other segments for which the first words are also true.
    select
        first_words.segmentation,
        first_words.segment_id,
        others.segment_id as rival_id

    from first_words
    inner join phrased as others
        on first_words.segmentation = others.segmentation
        and first_words.segment_id != others.segment_id
        and first_words.feature = others.feature
        and first_words.side = others.side
    group by
        first_words.segmentation,
        first_words.segment_id,
        others.segment_id
    having count(*) = max(first_words.words)

),

told_apart as (

    -- The chosen word distinguishes the segment from the largest number of rivals.
    select
        ranked.segmentation,
        ranked.segment_id,
        ranked.position,
        row_number() over (
            partition by ranked.segmentation, ranked.segment_id
            order by count(*) desc, ranked.position
        ) as choice

    from ranked
    inner join rivals
        on ranked.segmentation = rivals.segmentation
        and ranked.segment_id = rivals.segment_id
    inner join phrased as others
        on rivals.segmentation = others.segmentation
        and rivals.rival_id = others.segment_id
        and ranked.feature = others.feature
        and ranked.side != others.side
    where
        ranked.position > 2
        or ranked.side = 'average'
    group by
        ranked.segmentation,
        ranked.segment_id,
        ranked.position

),

chosen as (

    select
        ranked.*,
        (ranked.position <= 2 and ranked.side != 'average')
        or told_apart.choice is not null as is_in_short_name,
        (ranked.position <= 4 and ranked.side != 'average')
        or told_apart.choice is not null as is_in_long_name

    from ranked
    left join told_apart
        on ranked.segmentation = told_apart.segmentation
        and ranked.segment_id = told_apart.segment_id
        and ranked.position = told_apart.position
        and told_apart.choice = 1

),

champion_segments as (

    select distinct
        segmentation,
        segment_id

    from segmentation_fit_centroids

),

composed as (

    -- The long name is used if another segment already has the short one.
    select
        champion_segments.segmentation,
        champion_segments.segment_id,
        {% for name in ["short_name", "long_name"] %}
        coalesce({{ dbt.listagg(
            "case when is_in_" ~ name ~ " then phrase end",
            "', '", "order by position",
        ) }}, 'average customers') as {{ name }},
        coalesce({{ dbt.listagg(
            "case when is_in_" ~ name ~ " then signed_feature end",
            "','", "order by position",
        ) }}, '') as {{ name }}_for{{ "," if not loop.last }}
        {% endfor %}

    from champion_segments
    left join chosen
        on champion_segments.segmentation = chosen.segmentation
        and champion_segments.segment_id = chosen.segment_id
    group by
        champion_segments.segmentation,
        champion_segments.segment_id

),

capitalized as (

    select
        segmentation,
        segment_id,
        upper(substring(short_name, 1, 1)) || substring(short_name, 2) as short_name,
        short_name_for,
        upper(substring(long_name, 1, 1)) || substring(long_name, 2) as long_name,
        long_name_for

    from composed

)

select * from capitalized
