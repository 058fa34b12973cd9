/** Version of the rules that make records. Raise it when a rule changes: the projector then projects every pod again, newest first. */
export const rulesVersion = 2
