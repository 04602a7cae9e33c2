//! Pro subscriptions: for operators.
