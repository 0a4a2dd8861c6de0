-- This model of the user replaces the package's seed of the same name, which is disabled.
select * from {{ ref("shoppers") }}
