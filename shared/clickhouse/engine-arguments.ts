// What the embedded engine is started with: caches of fixed size, so that resident memory does not grow with what is stored, and no
// tables of its own about its own work. Pure. Each name was checked against system.server_settings of the engine.

/** Bytes for caches and background work of the embedded engine. */
export interface EngineMemory {
  /** For each of the caches that reads fill: marks, primary indexes, search indexes. */
  cacheBytes: number
  /** What merges may use together before no further one starts. */
  mergeBytes: number
}

const modestMemory: EngineMemory = { cacheBytes: 48 * 1024 * 1024, mergeBytes: 512 * 1024 * 1024 }

/** Command line arguments for a session. */
export function engineArguments({ cacheBytes, mergeBytes }: EngineMemory = modestMemory): string[] {
  const quarter = Math.floor(cacheBytes / 4)
  const settings = {
    mark_cache_size: cacheBytes,
    index_mark_cache_size: quarter,
    primary_index_cache_size: cacheBytes,
    uncompressed_cache_size: 0,
    index_uncompressed_cache_size: 0,
    page_cache_max_size: 0,
    text_index_tokens_cache_size: quarter,
    text_index_header_cache_size: quarter,
    text_index_postings_cache_size: quarter,
    unique_key_index_cache_size_bytes: quarter,
    vector_similarity_index_cache_size: quarter,
    query_condition_cache_size: quarter,
    iceberg_metadata_files_cache_size: 0,
    parquet_metadata_cache_size: 0,
    compiled_expression_cache_size: quarter,
    mmap_cache_size: 0,
    merges_mutations_memory_usage_soft_limit: mergeBytes,
    background_pool_size: 2,
    background_schedule_pool_size: 4,
    background_common_pool_size: 2,
    log_queries: 0,
  }
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
}
