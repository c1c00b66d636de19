// Waiting for something that will be so: asked again and again, with a bound.

const LONGEST = 20_000 // ms
const AGAIN = 25 // ms

/** The first truthy answer of `ask`; an error that names `what` after the bound. */
export async function until(what, ask) {
  const end = Date.now() + LONGEST
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`waited ${LONGEST / 1000} s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, AGAIN))
  }
}
