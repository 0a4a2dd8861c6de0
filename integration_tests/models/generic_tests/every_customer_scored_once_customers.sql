select
    customer_id,
    customer_id as "select",
    customer_id as "table"

from (values ('C1'), ('C2'), ('C3'), (null)) as customers (customer_id)
