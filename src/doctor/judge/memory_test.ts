import { good, memlock, testCases } from "../../../test/doctor/judged.ts"

testCases([
  {
    name: "64 KiB of locked memory are a limit, which root raises",
    facts: {
      ...good(),
      memlock: { ...memlock, bytes: 65_536, hardBytes: 65_536, freeBytes: 65_536 },
    },
    follows: { memlock: "limit" },
    cure: /^sudo prlimit --pid \$\$ --memlock=\d+:\d+$/,
    message: /64 KiB/,
  },
  {
    name: "where the user may raise the limit, the cure needs no root",
    facts: {
      ...good(),
      memlock: { ...memlock, bytes: 65_536, hardBytes: Infinity, freeBytes: 65_536 },
    },
    follows: { memlock: "limit" },
    cure: /^ulimit -l unlimited$/,
  },
  {
    name: "a limit below a call of one page is a problem",
    facts: { ...good(), memlock: { ...memlock, bytes: 8192, hardBytes: 8192, freeBytes: 8192 } },
    follows: { memlock: "problem" },
  },
  {
    name: "what others hold of a small limit is said",
    facts: {
      ...good(),
      memlock: {
        ...{ ...memlock, bytes: 1_048_576, freeBytes: 262_144 },
        others: [{ pid: 7, name: "bun" }],
      },
    },
    follows: { memlock: "limit", "memlock-others": "limit" },
    message: /768 KiB .*256 KiB .*bun 7/,
  },
  {
    name: "what others hold of a large limit is said",
    facts: { ...good(), memlock: { ...memlock, bytes: 2 ** 30, freeBytes: 2 ** 20 } },
    follows: { "memlock-others": "limit" },
    message: /hold 1023 MiB .* 1 MiB are left/,
  },
  {
    name: "of a limit that was not tried to its end, nobody says that it is all free",
    facts: { ...good(), memlock: { ...memlock, bytes: 2 ** 30, freeBytes: 2 ** 26 } },
    follows: {},
    message: /At least 64 MiB of it are free/,
  },
  {
    name: "where capabilities are hidden, the reason for no limit is left open",
    facts: { ...good(), memlock: { ...memlock, capable: undefined } },
    follows: {},
    message: /CAP_IPC_LOCK, or RLIMIT_MEMLOCK is unlimited/,
  },
  {
    name: "where loopback is forbidden, it is unknown what others hold",
    facts: { ...good(), memlock: { ...memlock, bytes: 2 ** 30, freeBytes: undefined } },
    follows: { "memlock-others": "unknown" },
  },
  {
    name: "20 KiB for notifications are a limit",
    facts: { ...good(), optmemBytes: 20_480 },
    follows: { optmem: "limit" },
    cure: /optmem_max=131072/,
    message: /24 sends/,
  },
])
