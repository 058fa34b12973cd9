// Asks /healthz every 20 ms, and writes the ms of each answer as a line. In a process of its own, since the one that
// posts is busy. A request that fails counts as the ms until it failed.
// Usage: node bench/bodies/watch-health.ts URL, until its stdin ends
import http from 'node:http'

const url = process.argv[2]!
const agent = new http.Agent({ keepAlive: true })

function ask(): void {
  const beganMs = performance.now()
  const answered = (): void => void process.stdout.write(`${(performance.now() - beganMs).toFixed(1)}\n`)
  const request = http.get(`${url}/healthz`, { agent }, (answer) => {
    answer.resume()
    answer.on('end', answered)
  })
  request.on('error', answered)
}

const timer = setInterval(ask, 20)
process.stdin.on('end', () => clearInterval(timer)).resume()
