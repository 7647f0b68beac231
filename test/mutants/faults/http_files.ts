import type { Group } from "../mutant.ts"

const nginx = "test/http_files/nginx_test.ts"
const handler = "src/http/files/file_handler_test.ts"
const response = "src/http/files/file_response_test.ts"

export const httpFiles: Group = {
  promise: "A request gets the file that it may have, as it is, and no other",
  mutants: [
    {
      name: "a-way-around-the-runtime",
      fault: "A file that is in memory is opened without asking whether Deno permits it.",
      harm: "A program reads whatever its user may read, whatever --allow-read says.",
      edits: [{
        file: "src/kernel/cached_files.ts",
        find: 'permits({ name: "read", path })',
        replace: "permits !== undefined",
      }],
      caughtBy: {
        file: "test/permissions/permissions_test.ts",
        test: "a file is sent with --allow-read for it alone, as Deno itself reads it: send",
        runtime: "deno",
      },
    },
    {
      name: "another-file-of-the-name",
      fault: "A file that was opened before is read by its name, whatever has the name now.",
      harm: "A response has the length of one file and the bytes of another.",
      edits: [{
        file: "src/kernel/cached_file.ts",
        find: "if (found?.dev === this.extent.dev && found.ino === this.extent.ino) return handle",
        replace: "if (found !== undefined) return handle",
      }],
      caughtBy: {
        file: "src/kernel/cached_file_test.ts",
        test: "a file that was replaced since is read all the same",
      },
    },
    {
      name: "a-server-asked-on-this-thread",
      fault: "A file is opened at once whatever file system it lies on.",
      harm: "JavaScript stands still while an NFS or FUSE server does not answer.",
      edits: [{
        file: "src/kernel/local_mounts.ts",
        find: "local.has(found.type) && ",
        replace: "",
      }],
      caughtBy: {
        file: "src/kernel/cached_file_test.ts",
        test: "a file on NFS, FUSE or an unknown file system is never opened on this thread",
      },
    },
    {
      name: "a-file-that-is-a-mount",
      fault: "A file lies where its folder does, also one that is mounted by itself.",
      harm: "Its server is asked on the JavaScript thread, and all its neighbours become slow.",
      edits: [{
        file: "src/kernel/local_mounts.ts",
        find: "if (this.#table?.isPoint(full) === true) return undefined",
        replace: "",
      }],
      caughtBy: {
        file: "src/kernel/local_mounts_test.ts",
        test: "a file that is a mount point itself is left alone, and its neighbours are not",
      },
    },
    {
      name: "a-mount-that-came-later",
      fault: "What a table of mounts has said once is believed, though a file lies elsewhere.",
      harm: "A server that was mounted over a folder is asked on the JavaScript thread for ever.",
      edits: [{
        file: "src/kernel/cached_files.ts",
        find: "isFile && extent.mount === mount.id",
        replace: "isFile && mount.id > 0",
      }],
      caughtBy: {
        file: "src/kernel/cached_file_test.ts",
        test: "a file on another mount than the table says is given back, and the table read again",
      },
    },
    {
      name: "bytes-of-the-file-before",
      fault: "A file that has shrunk is taken for as long as it was.",
      harm:
        "A response ends with bytes of another file, which was read into the same memory before.",
      edits: [{
        file: "src/kernel/cached_reader.ts",
        find: "return n === length ? new Uint8Array(this.#now.buffer).slice(0, length)",
        replace: "return n > 0 ? new Uint8Array(this.#now.buffer).slice(0, length)",
      }],
      caughtBy: {
        file: "src/kernel/cached_file_test.ts",
        test: "a file that is in memory is read at once, and no more than it has",
      },
    },
    {
      name: "two-files-in-one-memory",
      fault: "All files that are read at once are read into the same memory, which is handed out.",
      harm: "A response that waits in the queue has the bytes of the next one.",
      edits: [{
        file: "src/kernel/cached_reader.ts",
        find: "new Uint8Array(this.#now.buffer).slice(0, length)",
        replace: "new Uint8Array(this.#now.buffer).subarray(0, length)",
      }],
      caughtBy: {
        file: "src/kernel/cached_file_test.ts",
        test: "a file that is in memory is read at once, and no more than it has",
      },
    },
    {
      name: "a-length-that-nobody-compares",
      fault: "A small file is sent behind a Content-Length that is not its own.",
      harm: "The next response on the connection begins in the middle of this one.",
      edits: [{
        file: "src/tcp/transfer/file_reading.ts",
        find: " || length !== (wanted ?? length)",
        replace: "",
      }],
      caughtBy: {
        file: "test/http/file_body_test.ts",
        test: "a file of 1024 bytes with another Content-Length breaks off",
      },
    },
    {
      name: "a-file-half-accepted",
      fault: "A file counts as sent when the kernel has accepted a part of it.",
      harm: "It is closed while bytes of it are queued: the peer gets an error, or another file.",
      edits: [{
        file: "src/tcp/transfer/file_move.ts",
        find: "queue.acceptedBytes >= this.#first + this.byteLength",
        replace: "queue.acceptedBytes >= this.#first",
      }],
      caughtBy: {
        file: "test/http/file_body_test.ts",
        test: "a file of any size arrives whole, as a stream and as a response",
      },
    },
    {
      name: "a-slash-in-a-name",
      fault: "A name of a URL may contain a slash after it was decoded.",
      harm: "`..%2f` leads out of the root: anybody reads any file.",
      edits: [{
        file: "src/http/files/url_path.ts",
        find: 'name === ".." || /[/\\\\]/.test(name)',
        replace: 'name === ".."',
      }],
      caughtBy: {
        file: "test/property/served_paths_test.ts",
        test: "no path leads out of the root (symlinks: follow)",
      },
    },
    {
      name: "any-link-is-followed",
      fault: "What was opened is not compared with the root.",
      harm: "A link that a user has put into the folder gives away any file of the host.",
      edits: [{
        file: "src/http/files/root.ts",
        find: 'return place === root || place.startsWith(root === "/" ? root : `${root}/`)',
        replace: "return true",
      }],
      caughtBy: {
        file: handler,
        test: "symbolic links are followed inside of the root, or anywhere, or not at all",
      },
    },
    {
      name: "a-root-by-its-first-letters",
      fault: "A folder whose name begins as the root's counts as inside of it.",
      harm: "A link to `site-private` is served from `site`.",
      edits: [{
        file: "src/http/files/root.ts",
        find: 'place.startsWith(root === "/" ? root : `${root}/`)',
        replace: "place.startsWith(root)",
      }],
      caughtBy: {
        file: handler,
        test: "symbolic links are followed inside of the root, or anywhere, or not at all",
      },
    },
    {
      name: "a-dot-in-a-folder",
      fault: "Only the last name of a path is looked at for a dot.",
      harm: "`/.git/config` is served.",
      edits: [{
        file: "src/http/files/file_handler.ts",
        find: 'names.some((name) => name.startsWith("."))',
        replace: 'names.at(-1)?.startsWith(".") === true',
      }],
      caughtBy: { file: handler, test: "names that begin with a dot are hidden unless asked for" },
    },
    {
      name: "names-as-html",
      fault: "A listing shows names as they are.",
      harm: "Whoever may upload a file runs a script in the pages of this host.",
      edits: [{
        file: "src/http/files/listing.ts",
        find: "text.replace(/[&<>\"']/g, (c) => `&#${c.charCodeAt(0)};`)",
        replace: "text",
      }],
      caughtBy: {
        file: handler,
        test: "a listing escapes names, leads to each, and hides what is not served",
      },
    },
    {
      name: "a-date-in-spite-of-a-tag",
      fault: "If-Modified-Since counts although there is an If-None-Match that is not met.",
      harm: "A client keeps an old file that was replaced by another old one.",
      edits: [{
        file: "src/http/files/conditions.ts",
        find:
          'if (ifNoneMatch !== null) return names(ifNoneMatch, etag, "weak") ? "not modified" : "met"',
        replace:
          'if (ifNoneMatch !== null && names(ifNoneMatch, etag, "weak")) return "not modified"',
      }],
      caughtBy: {
        file: nginx,
        test: "If-None-Match goes before If-Modified-Since: another tag",
      },
    },
    {
      name: "a-weak-tag-continues-a-download",
      fault: "If-Range compares tags weakly.",
      harm: "A download is continued with the bytes of another state of the file.",
      edits: [{
        file: "src/http/files/conditions.ts",
        find: 'same(ifRange, etag, "strong")',
        replace: 'same(ifRange, etag, "weak")',
      }],
      caughtBy: {
        file: response,
        test:
          "a file that was just changed has no ranges by If-Range, and no date after the answer's",
      },
    },
    {
      name: "the-next-file-of-the-name",
      fault: "The body is opened by its name when it is read, after the headers were made.",
      harm: "A file that is replaced meanwhile is cut off at the length of the last one.",
      edits: [{
        file: "src/http/files/answer.ts",
        find: "noBody || start === end ? null : streamOfOpenFile(file, start, end)",
        replace: "noBody || start === end ? null : fileStream(file.name, { start, end })",
      }, {
        file: "src/http/files/answer.ts",
        find: "import { type FilePart, type OpenFile, streamOfOpenFile, streamOfParts }",
        replace: "import { type FilePart, fileStream, type OpenFile, streamOfParts }",
      }],
      caughtBy: {
        file: response,
        test: "the answer is about the file that was opened, and not about the next of its name",
      },
    },
    {
      name: "a-file-left-open",
      fault: "The file stays open behind an answer without a body.",
      harm: "After some thousand 304s the server has no file descriptor left.",
      edits: [{
        file: "src/http/files/answer.ts",
        find: "if (response.body === null) file.close()",
        replace: "",
      }],
      caughtBy: { file: response, test: "the file is closed with the answer, whatever that is" },
    },
    {
      name: "the-wrong-compressed-neighbour",
      fault: "A compressed neighbour is chosen in the server's order, whatever the client likes.",
      harm: "A client that says `br;q=0` gets a page that it cannot show.",
      edits: [{
        file: "src/http/files/precompressed.ts",
        find: "return negotiator.encodings(codings, { preferred: codings })",
        replace: "return negotiator.encodings(codings, { preferred: codings }) && codings",
      }],
      caughtBy: {
        file: handler,
        test: "a compressed neighbour is chosen by what the client likes, and has a tag of its own",
      },
    },
    {
      name: "lines-between-ranges-twice",
      fault: "Bytes between the ranges of a file do not count as sent when a pipe has taken them.",
      harm: "A peer gets the head of the first range for ever.",
      edits: [{
        file: "src/tcp/transfer/parts_move.ts",
        find: "this.#reading.moved(bytes.byteLength)",
        replace: "this.#reading.moved(0)",
      }],
      caughtBy: {
        file: "src/tcp/transfer/parts_reading_test.ts",
        test: "piped to a socket, the kernel sends the ranges, and the bytes between them",
      },
    },
  ],
}
