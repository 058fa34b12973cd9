-- What a search reads of a message, and the indexes over it (decisions 0002 and 0003). The columns take no room: the
-- engine computes them where they are read.
-- unescaped_text: a message with quotes and escapes, such as one of JSON or logfmt, as a reader sees it: a string of JSON
-- is made of it, whose quotes are escaped, and read.
-- read_text: a message in each form that has words, where its characters stand for others: as it is stored, what its
-- escapes say, with words that end at escape sequences of a terminal, and with words that go on behind them. \x01 stands on both sides of each
-- character that is no part of a word: signs outside ASCII, and letters of scripts without blanks. The engine's tokens
-- would go on behind them. services/query/search/message-text.ts has the same characters.
-- searched_text: the text that is searched, in lower case; the message itself, where it hides no word.
-- searched_words: the same without the words that have a digit, of which most are ids.
ALTER TABLE logs
    ADD COLUMN IF NOT EXISTS unescaped_text String ALIAS if(bitAnd(position(message, '"') > 0, position(message, '\\') > 0),
        JSONExtractString(concat('"', translate(replaceAll(replaceAll(replaceAll(
            replaceRegexpAll(toValidUTF8(message), '\\x1b\\[[0-?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)|\\x1b[PX^_][^\\x1b]*\\x1b\\\\|\\x1b[ -/]+[0-~]|\\x1b[0-~]', ''),
            '\\\\', '\\u005c'), '\\"', '\\u0022'), '"', '\\u0022'), '\t\r\n', '   '), '"')),
        toValidUTF8(message)),
    ADD COLUMN IF NOT EXISTS read_text String ALIAS replaceRegexpAll(
        if(bitOr(position(message, '\x1b') > 0, bitAnd(position(message, '"') > 0, position(message, '\\') > 0)),
            concat(if(bitAnd(position(message, '"') > 0, position(message, '\\') > 0), concat(toValidUTF8(message), '\n\x1b\n'), ''), unescaped_text,
                '\n\x1b\n', replaceRegexpAll(unescaped_text, '(\\x1b\\[[0-?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)|\\x1b[PX^_][^\\x1b]*\\x1b\\\\|\\x1b[ -/]+[0-~]|\\x1b[0-~])', '\x01\\1\x01'),
                '\n\x1b\n', replaceRegexpAll(unescaped_text, '\\x1b\\[[0-?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)|\\x1b[PX^_][^\\x1b]*\\x1b\\\\|\\x1b[ -/]+[0-~]|\\x1b[0-~]', '')),
            toValidUTF8(message)),
        '([^\\x00-\\x7F\\p{L}\\p{M}\\p{Nd}]|[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Bopomofo}\\p{Yi}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}\\p{Tibetan}\\p{Tai_Le}\\p{New_Tai_Lue}\\p{Tai_Tham}\\p{Tai_Viet}\\p{Javanese}\\p{Balinese}\\p{Hangul}\\x{AA}\\x{BA}\\x{2B0}-\\x{2FF}\\x{34F}\\x{20D0}-\\x{214F}\\x{2E80}-\\x{312F}\\x{3190}-\\x{33FF}\\x{FE00}-\\x{FE0F}\\x{FF00}-\\x{FFEF}\\x{1D400}-\\x{1D7FF}\\x{1F000}-\\x{1FAFF}\\x{E0100}-\\x{E01EF}])', '\x01\\1\x01'),
    ADD COLUMN IF NOT EXISTS searched_text String ALIAS if(bitOr(position(message, '\x1b') > 0, bitOr(NOT isValidASCII(message), bitAnd(position(message, '"') > 0, position(message, '\\') > 0))),
        lower(read_text), lower(message)),
    ADD COLUMN IF NOT EXISTS searched_words String ALIAS replaceRegexpAll(searched_text, '[a-z]*[0-9][0-9a-z]*', ' ');

-- trace_lines, span_lines: few ids are in a granule, so these filters are small and seldom wrong. An id is looked for in
-- attributes too, and an index is of use only where every alternative has one: attribute_values is nothing where lines
-- have no attributes.
-- arrivals: rows of a part arrived within moments of each other, and what a tail reads next arrived last.
ALTER TABLE logs
    ADD INDEX IF NOT EXISTS words_of_text searched_words TYPE text(tokenizer = 'splitByNonAlpha'),
    ADD INDEX IF NOT EXISTS tokens_of_text searched_text TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS trace_lines trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS span_lines span_id TYPE bloom_filter(0.001) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS attribute_values mapValues(attributes) TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS arrivals received TYPE minmax GRANULARITY 1;

ALTER TABLE logs
    DROP INDEX IF EXISTS words,
    DROP INDEX IF EXISTS tokens;

-- Lines of before are indexed in the background, one part after the other. Until then searches read them.
ALTER TABLE logs
    MATERIALIZE INDEX words_of_text,
    MATERIALIZE INDEX tokens_of_text,
    MATERIALIZE INDEX trace_lines,
    MATERIALIZE INDEX span_lines,
    MATERIALIZE INDEX attribute_values,
    MATERIALIZE INDEX arrivals;

-- Numbers that go up by steps; parts have them in the new form once they are merged.
ALTER TABLE logs
    MODIFY COLUMN ts CODEC(Delta(8), T64, ZSTD(1)),
    MODIFY COLUMN seq CODEC(DoubleDelta, ZSTD(1));

-- As in 0022: a line is written again half as often.
ALTER TABLE logs MODIFY SETTING
    merge_selector_base = 10,
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
    min_parts_to_merge_at_once = 8;
