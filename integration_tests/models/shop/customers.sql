-- The package has a seed of this name; this is the user's own model.
select * from {{ ref("shoppers") }}
