{{ profile_values(ref("customer_segmentation", "int_raw_values")) }}
