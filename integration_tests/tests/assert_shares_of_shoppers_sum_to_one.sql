{{ customer_segmentation.test_share_sums_to_one(
    ref("customer_segmentation", "segments"), "share", group_by="segmentation"
) }}
