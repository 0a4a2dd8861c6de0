select * from (values (1), (1), (1)) as three_rows (copies)
