-- What a search reads of a message (decision 0002): escapes are read in every message that has quotes, not in JSON alone,
-- Hangul parts words, and characters stand in ranges, which the engine compiles faster than classes of properties.
-- unescaped_text: a message with quotes and escapes, such as one of JSON or logfmt, as a reader sees it: a string of JSON
-- is made of it, whose quotes are escaped, and read.
-- read_text: a message in each form that has words, where its characters stand for others: as it is stored, what its
-- escapes say, with words that end at escape sequences of a terminal, and with words that go on behind them. \x01 stands on both sides of each
-- character that is no part of a word: signs outside ASCII, and letters of scripts without blanks. The engine's tokens
-- would go on behind them. services/query/search/word-characters.ts names them.
-- searched_text: the text that is searched, in lower case; the message itself, where it hides no word.
-- searched_words: the same without the words that have a digit, of which most are ids.
ALTER TABLE logs
    DROP INDEX IF EXISTS words_of_text,
    DROP INDEX IF EXISTS tokens_of_text;

ALTER TABLE logs
    MODIFY COLUMN unescaped_text String ALIAS if(bitAnd(position(message, '"') > 0, position(message, '\\') > 0),
        JSONExtractString(concat('"', translate(replaceAll(replaceAll(replaceAll(
            replaceRegexpAll(toValidUTF8(message), '\\x1b\\[[0-?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)|\\x1b[PX^_][^\\x1b]*\\x1b\\\\|\\x1b[ -/]+[0-~]|\\x1b[0-~]', ''),
            '\\\\', '\\u005c'), '\\"', '\\u0022'), '"', '\\u0022'), '\t\r\n', '   '), '"')),
        toValidUTF8(message)),
    MODIFY COLUMN read_text String ALIAS replaceRegexpAll(
        if(bitOr(position(message, '\x1b') > 0, bitAnd(position(message, '"') > 0, position(message, '\\') > 0)),
            concat(if(bitAnd(position(message, '"') > 0, position(message, '\\') > 0), concat(toValidUTF8(message), '\n\x1b\n'), ''), unescaped_text,
                '\n\x1b\n', replaceRegexpAll(unescaped_text, '(\\x1b\\[[0-?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)|\\x1b[PX^_][^\\x1b]*\\x1b\\\\|\\x1b[ -/]+[0-~]|\\x1b[0-~])', '\x01\\1\x01'),
                '\n\x1b\n', replaceRegexpAll(unescaped_text, '\\x1b\\[[0-?]*[ -/]*[@-~]|\\x1b\\][^\\x07\\x1b]*(?:\\x07|\\x1b\\\\)|\\x1b[PX^_][^\\x1b]*\\x1b\\\\|\\x1b[ -/]+[0-~]|\\x1b[0-~]', '')),
            toValidUTF8(message)),
        '([^\\x00-\\x7F\\x{B5}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2AF}\\x{300}-\\x{34E}\\x{350}-\\x{374}\\x{376}-\\x{37D}\\x{37F}\\x{386}\\x{388}-\\x{3F5}\\x{3F7}-\\x{481}\\x{483}-\\x{559}\\x{560}-\\x{588}\\x{591}-\\x{5BD}\\x{5BF}\\x{5C1}-\\x{5C2}\\x{5C4}-\\x{5C5}\\x{5C7}-\\x{5F2}\\x{610}-\\x{61A}\\x{620}-\\x{669}\\x{66E}-\\x{6D3}\\x{6D5}-\\x{6DC}\\x{6DF}-\\x{6E8}\\x{6EA}-\\x{6FC}\\x{6FF}\\x{710}-\\x{7F5}\\x{7FA}-\\x{7FD}\\x{800}-\\x{82D}\\x{840}-\\x{85B}\\x{860}-\\x{887}\\x{889}-\\x{88F}\\x{897}-\\x{8E1}\\x{8E3}-\\x{963}\\x{966}-\\x{96F}\\x{971}-\\x{9F1}\\x{9FC}\\x{9FE}-\\x{A75}\\x{A81}-\\x{AEF}\\x{AF9}-\\x{B6F}\\x{B71}\\x{B82}-\\x{BEF}\\x{C00}-\\x{C6F}\\x{C80}-\\x{C83}\\x{C85}-\\x{D4E}\\x{D54}-\\x{D57}\\x{D5F}-\\x{D6F}\\x{D7A}-\\x{DF3}\\x{10A0}-\\x{10FA}\\x{10FC}-\\x{10FF}\\x{1200}-\\x{135F}\\x{1380}-\\x{138F}\\x{13A0}-\\x{13FD}\\x{1401}-\\x{166C}\\x{166F}-\\x{167F}\\x{1681}-\\x{169A}\\x{16A0}-\\x{16EA}\\x{16F1}-\\x{1734}\\x{1740}-\\x{1773}\\x{180B}-\\x{180D}\\x{180F}-\\x{193B}\\x{1946}-\\x{194F}\\x{1A00}-\\x{1A1B}\\x{1AB0}-\\x{1AEB}\\x{1B80}-\\x{1BF3}\\x{1C00}-\\x{1C37}\\x{1C40}-\\x{1C7D}\\x{1C80}-\\x{1CBF}\\x{1CD0}-\\x{1CD2}\\x{1CD4}-\\x{1FBC}\\x{1FBE}\\x{1FC2}-\\x{1FCC}\\x{1FD0}-\\x{1FDB}\\x{1FE0}-\\x{1FEC}\\x{1FF2}-\\x{1FFC}\\x{2071}\\x{207F}\\x{2090}-\\x{209C}\\x{2183}-\\x{2184}\\x{2C00}-\\x{2CE4}\\x{2CEB}-\\x{2CF3}\\x{2D00}-\\x{2D6F}\\x{2D7F}-\\x{2DFF}\\x{2E2F}\\x{A4D0}-\\x{A4FD}\\x{A500}-\\x{A60C}\\x{A610}-\\x{A672}\\x{A674}-\\x{A67D}\\x{A67F}-\\x{A6E5}\\x{A6F0}-\\x{A6F1}\\x{A717}-\\x{A71F}\\x{A722}-\\x{A788}\\x{A78B}-\\x{A827}\\x{A82C}\\x{A840}-\\x{A873}\\x{A880}-\\x{A8C5}\\x{A8D0}-\\x{A8F7}\\x{A8FB}\\x{A8FD}-\\x{A92D}\\x{A930}-\\x{A953}\\x{A9CF}\\x{AA00}-\\x{AA59}\\x{AAE0}-\\x{AAEF}\\x{AAF2}-\\x{AB5A}\\x{AB5C}-\\x{AB69}\\x{AB70}-\\x{ABEA}\\x{ABEC}-\\x{ABF9}\\x{FB00}-\\x{FB28}\\x{FB2A}-\\x{FBB1}\\x{FBD3}-\\x{FD3D}\\x{FD50}-\\x{FD8F}\\x{FD92}-\\x{FDC7}\\x{FDF0}-\\x{FDFB}\\x{FE20}-\\x{FE2F}\\x{FE70}-\\x{FEFC}\\x{10000}-\\x{100FA}\\x{101FD}-\\x{102E0}\\x{10300}-\\x{1031F}\\x{1032D}-\\x{10340}\\x{10342}-\\x{10349}\\x{10350}-\\x{1039D}\\x{103A0}-\\x{103CF}\\x{10400}-\\x{10563}\\x{10570}-\\x{10855}\\x{10860}-\\x{10876}\\x{10880}-\\x{1089E}\\x{108E0}-\\x{108F5}\\x{10900}-\\x{10915}\\x{10920}-\\x{10939}\\x{10940}-\\x{109B7}\\x{109BE}-\\x{109BF}\\x{10A00}-\\x{10A3F}\\x{10A60}-\\x{10A7C}\\x{10A80}-\\x{10A9C}\\x{10AC0}-\\x{10AC7}\\x{10AC9}-\\x{10AE6}\\x{10B00}-\\x{10B35}\\x{10B40}-\\x{10B55}\\x{10B60}-\\x{10B72}\\x{10B80}-\\x{10B91}\\x{10C00}-\\x{10CF2}\\x{10D00}-\\x{10D6D}\\x{10D6F}-\\x{10D85}\\x{10E80}-\\x{10EAC}\\x{10EB0}-\\x{10EC7}\\x{10EFA}-\\x{10F1C}\\x{10F27}-\\x{10F50}\\x{10F70}-\\x{10F85}\\x{10FB0}-\\x{10FC4}\\x{10FE0}-\\x{11046}\\x{11066}-\\x{110BA}\\x{110C2}\\x{110D0}-\\x{1113F}\\x{11144}-\\x{11173}\\x{11176}-\\x{111C4}\\x{111C9}-\\x{111CC}\\x{111CE}-\\x{111DA}\\x{111DC}\\x{11200}-\\x{11237}\\x{1123E}-\\x{112A8}\\x{112B0}-\\x{113D3}\\x{113E1}-\\x{1144A}\\x{11450}-\\x{11459}\\x{1145E}-\\x{114C5}\\x{114C7}-\\x{115C0}\\x{115D8}-\\x{11640}\\x{11644}-\\x{11659}\\x{11680}-\\x{116B8}\\x{116C0}-\\x{116C9}\\x{11700}-\\x{11739}\\x{11740}-\\x{1183A}\\x{118A0}-\\x{118E9}\\x{118FF}-\\x{11943}\\x{11950}-\\x{119E1}\\x{119E3}-\\x{11A3E}\\x{11A47}-\\x{11A99}\\x{11A9D}\\x{11AB0}-\\x{11AF8}\\x{11B60}-\\x{11BE0}\\x{11BF0}-\\x{11C40}\\x{11C50}-\\x{11C59}\\x{11C72}-\\x{11EF6}\\x{11F00}-\\x{11F42}\\x{11F50}-\\x{11FB0}\\x{12000}-\\x{12399}\\x{12480}-\\x{12FF0}\\x{13000}-\\x{1342F}\\x{13440}-\\x{16A69}\\x{16A70}-\\x{16AF4}\\x{16B00}-\\x{16B36}\\x{16B40}-\\x{16B43}\\x{16B50}-\\x{16B59}\\x{16B63}-\\x{16D6C}\\x{16D70}-\\x{16E7F}\\x{16EA0}-\\x{16FE1}\\x{16FE4}\\x{17000}-\\x{18DF2}\\x{1B170}-\\x{1BC99}\\x{1BC9D}-\\x{1BC9E}\\x{1CCF0}-\\x{1CCF9}\\x{1CF00}-\\x{1CF46}\\x{1D165}-\\x{1D169}\\x{1D16D}-\\x{1D172}\\x{1D17B}-\\x{1D182}\\x{1D185}-\\x{1D18B}\\x{1D1AA}-\\x{1D1AD}\\x{1D242}-\\x{1D244}\\x{1DA00}-\\x{1DA36}\\x{1DA3B}-\\x{1DA6C}\\x{1DA75}\\x{1DA84}\\x{1DA9B}-\\x{1E14E}\\x{1E290}-\\x{1E2F9}\\x{1E4D0}-\\x{1E5FA}\\x{1E6C0}-\\x{1E8C4}\\x{1E8D0}-\\x{1E959}\\x{1EE00}-\\x{1EEBB}\\x{1FBF0}-\\x{1FBF9}])', '\x01\\1\x01'),
    MODIFY COLUMN searched_text String ALIAS if(bitOr(position(message, '\x1b') > 0, bitOr(NOT isValidASCII(message), bitAnd(position(message, '"') > 0, position(message, '\\') > 0))),
        lower(read_text), lower(message)),
    MODIFY COLUMN searched_words String ALIAS replaceRegexpAll(searched_text, '[a-z]*[0-9][0-9a-z]*', ' ');

ALTER TABLE logs
    ADD INDEX IF NOT EXISTS words_of_text searched_words TYPE text(tokenizer = 'splitByNonAlpha'),
    ADD INDEX IF NOT EXISTS tokens_of_text searched_text TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1;

-- Lines of before are indexed in the background, one part after the other. Until then searches read them.
ALTER TABLE logs
    MATERIALIZE INDEX words_of_text,
    MATERIALIZE INDEX tokens_of_text;
