// The groups of operations in /openapi.json.
export const tags = [
  { name: 'lines', description: 'Lines by any filter, as pages, streams, counts and patterns.' },
  { name: 'pods', description: 'Pods, alive and dead: their lives, how they ended, their lines.' },
  { name: 'deaths', description: 'Lives that ended badly.' },
  { name: 'nodes', description: 'Nodes, their conditions, and what ended on them.' },
  { name: 'store', description: 'What could not be stored, and how long the rest is kept.' },
  { name: 'ingest', description: 'What agents and Kubernetes send.' },
  { name: 'loki', description: "Loki's API, for Grafana and logcli." },
  { name: 'kubernetes', description: 'What kubectl needs to read the dead.' },
  { name: 'process', description: 'Whether the process is alive, and can serve.' },
]
