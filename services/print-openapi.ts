// `npm run openapi`: prints the document of /openapi.json, from which clients are generated. No store is started.
import { apiDocument } from './api-document.ts'

process.stdout.write(`${JSON.stringify(await apiDocument(), null, 2)}\n`)
