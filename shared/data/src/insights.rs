//! Insights and who has them: tables `insights` and `user_insights`.
