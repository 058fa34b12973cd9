// The version that runs: that of package.json.
import about from '../package.json' with { type: 'json' }

export const { version } = about
