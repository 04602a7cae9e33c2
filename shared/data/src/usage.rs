//! The daily allowance of generated answers, and how much of it is used.

/// Where a user stands with the allowance on one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// A pro user has no limit.
    pub is_pro: bool,
    /// Generated answers the user had today.
    pub calls_today: i32,
}
