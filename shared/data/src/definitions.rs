//! Definitions and who has them: tables `definitions` and `user_definitions`.
