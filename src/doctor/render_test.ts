import assert from "node:assert/strict"
import { test } from "node:test"
import { reportOf } from "./finding.ts"
import { render } from "./render.ts"

test("each finding begins with its level and its subject, and a cure stays whole", () => {
  const report = reportOf([
    { subject: "kernel", level: "good", message: "Linux 6.18" },
    {
      subject: "memlock",
      level: "limit",
      message: "too little may be locked",
      cure: "ulimit -l 1",
    },
  ])
  assert.equal(
    render(report, { columns: 34, colour: false }),
    [
      "good     kernel: Linux 6.18",
      "limit    memlock: too little may",
      "         be locked",
      "         cure: ulimit -l 1",
      "",
      "It works, within limits\n",
    ].join("\n"),
  )
})
