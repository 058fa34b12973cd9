-- The cluster form of 0034-search-indexes-again.sql, which says what it is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE logs_local ON CLUSTER {cluster}
    ADD INDEX IF NOT EXISTS words_of_text searched_words TYPE text(tokenizer = 'splitByNonAlpha'),
    ADD INDEX IF NOT EXISTS tokens_of_text searched_text TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1;
