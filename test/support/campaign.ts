// How far tests with random input go. By default they start from one seed, so that what fails fails again. At night
// (`npm run test:nightly`, which sets AFTERLOG_TEST_SEED) they start from another seed and go ten times as far.

const given = process.env['AFTERLOG_TEST_SEED']

export const seed: number = given === undefined ? 1 : Number(given)
if (!Number.isSafeInteger(seed)) throw new Error(`AFTERLOG_TEST_SEED is not a whole number: ${given}`)

/** By which a test multiplies its runs, and the time that it may take. */
export const scale: number = given === undefined ? 1 : 10
