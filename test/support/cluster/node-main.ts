// The child process of node.ts: the ClickHouse engine inside libchdb as a server, until it is killed. The engine opens
// its own native and HTTP listeners, so that everything a client sees is a real server's. Arguments: libchdb.so, the
// configuration file, the data directory. The call never returns: its last statement sleeps.
import { DataType, load, open } from 'ffi-rs'

const [library, config, dir] = process.argv.slice(2) as [string, string, string]
const serve = `SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP;
SELECT sleepEachRow(3) FROM numbers(1000000000) SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1 FORMAT Null`
const words = ['clickhouse', '--config-file', config, '--path', dir, '--log-level', 'warning', '--query', serve]

open({ library: 'chdb', path: library })
load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [words.length, words],
})
process.stderr.write(`the engine ended by itself: ${config}\n`)
process.exit(1)
