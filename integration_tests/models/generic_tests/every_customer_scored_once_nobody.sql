select * from {{ ref("every_customer_scored_once_customers") }}
where customer_id = 'C0'
