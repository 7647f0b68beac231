import { Converter, ReflectionKind } from "typedoc"

/**
 * Adds the type of the error to the text of `@throws {TypeError} …`. The Markdown leaves it out otherwise.
 *
 * @param {import("typedoc").Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const { comment } of project.getReflectionsByKind(ReflectionKind.All)) {
      for (const { typeAnnotation, content } of comment?.blockTags ?? []) {
        if (typeAnnotation === undefined) continue
        const type = typeAnnotation.replaceAll(/[{}]/g, "`")
        content.unshift({ kind: "code", text: type }, { kind: "text", text: " " })
      }
    }
  })
}
