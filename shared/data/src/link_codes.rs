//! Codes that link a device: table `link_codes`.
