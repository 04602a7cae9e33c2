//! Rates: table `rate_buckets`.
