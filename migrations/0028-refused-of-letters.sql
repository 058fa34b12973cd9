-- What ingest found that a letter names is stored with the letter too, so that rows of refused_lines that are lost are made again as they were.
-- Letters of before have '' there: they are read again.
ALTER TABLE dead_letters
    ADD COLUMN IF NOT EXISTS refused String CODEC(ZSTD(3)),   -- JSON: the rows of refused_lines of its record, [] where it names nobody
    ADD COLUMN IF NOT EXISTS further UInt32                   -- lines of the lives of further records, for which it stands beside its own
        DEFAULT toUInt32OrZero(extract(detail, '; this letter also stands for ([0-9]+) further rejected records of the body, whose bytes are not kept: of one body [0-9]+ are[.] Send smaller batches$'));
