-- Where two programs migrated a cluster at the same time, the one that came late could drop the indexes of 0031 again and
-- leave the rest to the other. Elsewhere this changes nothing.

ALTER TABLE logs
    ADD INDEX IF NOT EXISTS words_of_text searched_words TYPE text(tokenizer = 'splitByNonAlpha'),
    ADD INDEX IF NOT EXISTS tokens_of_text searched_text TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1;
