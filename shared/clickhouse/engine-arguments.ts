// The arguments of the embedded engine: caches of fixed size, so that resident memory does not grow with the data, and
// no system tables about its own work. Pure. Each name was checked against system.server_settings of the engine.

/** Memory of the embedded engine, in bytes. */
export interface EngineMemory {
  /** The size of each cache that reads fill: marks, primary indexes, search indexes. */
  cacheBytes: number
  /** The sum of memory of all merges above which no further merge starts. */
  mergeBytes: number
}

const modestMemory: EngineMemory = { cacheBytes: 48 * 1024 * 1024, mergeBytes: 512 * 1024 * 1024 }

/** Returns the command line arguments of a session. */
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
    // Statements come before merges, where the process may set priorities (CAP_SYS_NICE).
    os_threads_nice_value_merge_mutate: 10,
    log_queries: 0,
  }
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`)
}
