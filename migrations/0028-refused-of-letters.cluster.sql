-- The cluster form of 0028-refused-of-letters.sql, which says what each column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE dead_letters_local ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS refused String CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS further UInt32
        DEFAULT toUInt32OrZero(extract(detail, '; this letter also stands for ([0-9]+) further rejected records of the body, whose bytes are not kept: of one body [0-9]+ are[.] Send smaller batches$'));

ALTER TABLE dead_letters ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS refused String CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS further UInt32
        DEFAULT toUInt32OrZero(extract(detail, '; this letter also stands for ([0-9]+) further rejected records of the body, whose bytes are not kept: of one body [0-9]+ are[.] Send smaller batches$'));
