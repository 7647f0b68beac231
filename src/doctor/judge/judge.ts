import type { Facts } from "../facts.ts"
import type { Finding } from "../finding.ts"
import { onCapture, onTcp } from "./device.ts"
import { onLocked, onNotifications } from "./memory.ts"
import { onCalls, onContainer, onKernel, onLibc, onPermissions, onRuntime } from "./system.ts"
import { onTarget } from "./target.ts"

/** What follows from the facts. Looks at nothing else. */
export function judge(facts: Facts): readonly Finding[] {
  const { calls, memlock, target } = facts
  return [
    onRuntime(facts),
    onKernel(facts),
    onLibc(facts),
    ...onPermissions(facts),
    ...(calls === undefined ? [] : onCalls(calls)),
    ...(memlock === undefined ? [] : onLocked(memlock)),
    onNotifications(facts),
    onContainer(facts),
    onCapture(facts),
    onTcp(facts),
    ...(target === undefined ? [] : onTarget(facts, target)),
  ]
}
