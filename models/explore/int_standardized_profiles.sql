{{ profile_values(ref("customer_segmentation", "int_standardized_values")) }}
