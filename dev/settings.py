"""Which function is given which setting by the template: the one place that lists them.

`make check` compares it with `template.yaml`, with what the Rust code reads, and with the table in docs/operations.md.
"""

from __future__ import annotations

GENERATION = ("insight", "definition", "chat")
HTTP = ("bible", "user", "device-link", *GENERATION)
ALL = (*HTTP, "cleanup", "migrate")

SETTINGS: dict[str, tuple[str, ...]] = {
    "VERSE_ENV": ALL,
    "METRICS_NAMESPACE": ALL,
    "DB_HOST": ALL,
    "DB_PORT": ALL,
    "DB_NAME": ALL,
    "DB_AUTH": ALL,
    "DB_SECRET_ARN": ALL,
    "DB_USER": ALL,
    "CORS_ORIGINS": HTTP,
    # A session says what is left of the day.
    "DAILY_LIMIT": ("user", *GENERATION),
    "GENERATE_PER_MINUTE": ("insight", "definition"),
    "CHAT_PER_MINUTE": ("chat",),
    "ADDRESS_PER_MINUTE": GENERATION,
    "WRONG_CODES": ("device-link",),
    "WRONG_CODES_MINUTES": ("device-link",),
    "AI_PROVIDER": GENERATION,
    "AI_SECRET_ARN": GENERATION,
    "ANTHROPIC_MODEL": GENERATION,
    "ANTHROPIC_BASE_URL": GENERATION,
    "OPENAI_MODEL": GENERATION,
    "OPENAI_BASE_URL": GENERATION,
    "BEDROCK_MODEL": GENERATION,
    "EMBEDDING_PROVIDER": ("chat",),
    "EMBEDDING_MODEL": ("chat",),
    "MAX_TOKENS_INSIGHTS": ("insight",),
    "MAX_TOKENS_DEFINITION": ("definition",),
    "MAX_TOKENS_CHAT": ("chat",),
    "CONVERSATION_HISTORY_CHAR_LIMIT": ("chat",),
}

# What the code reads and no template sets.
ELSEWHERE: dict[str, str] = {
    "DATABASE_URL": "for a developer's machine; deployed, DB_HOST and its like take its place",
    "DATABASE_MAX_CONNECTIONS": "the service's own number is right everywhere",
    "DB_CA_FILE": "for tests: roots besides Amazon's, which are built in",
    "AWS_ENDPOINT_URL": "for tests: another address that speaks Secrets Manager's protocol",
    "ANTHROPIC_API_KEY": "a key: in AI_SECRET_ARN's secret, never in an environment",
    "OPENAI_API_KEY": "a key: in AI_SECRET_ARN's secret, never in an environment",
    "OPENAI_EMBEDDING_BASE_URL": "for a developer's machine: deployed, OPENAI_BASE_URL serves both",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "for tests: another address that speaks Bedrock's protocol",
    "AWS_LAMBDA_FUNCTION_NAME": "set by Lambda",
    "AWS_REGION": "set by Lambda",
    "AWS_LAMBDA_RUNTIME_API": "set by Lambda",
}
