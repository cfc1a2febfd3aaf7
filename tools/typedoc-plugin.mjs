// Teaches typedoc two things about this project: what stands in generated code needs no comment by
// hand, and a link to a symbol of another entry point means that symbol.
import { Comment, Converter, ReflectionKind } from 'typedoc';

const generated = /(^|\/)wire\/gen\//;
const codecSummary =
  'Codec of this message: `encode` writes its protobuf octets, `decode` reads them.';

function isGenerated(reflection) {
  return reflection.sources?.some(({ fullFileName }) => generated.test(fullFileName)) ?? false;
}

function describeGenerated(project) {
  const undocumented = project
    .getReflectionsByKind(ReflectionKind.Variable | ReflectionKind.TypeAlias)
    .filter((reflection) => isGenerated(reflection) && !reflection.hasComment());
  for (const reflection of undocumented) {
    if (reflection.kindOf(ReflectionKind.Variable)) {
      reflection.comment = new Comment([{ kind: 'text', text: codecSummary }]);
    } else {
      // One type for each value of an enumeration: the value itself carries the comment.
      project.removeReflection(reflection);
    }
  }
}

function findByName(project, name) {
  const kinds = ReflectionKind.SomeExport & ~ReflectionKind.Reference;
  const found = project
    .getReflectionsByKind(kinds)
    .filter((reflection) => reflection.name === name && !isGenerated(reflection));
  return found.length === 1 ? found[0] : undefined;
}

/** Called by typedoc. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => describeGenerated(context.project));
  app.converter.addUnknownSymbolResolver((reference, from) => {
    const path = reference.symbolReference?.path ?? [];
    if (reference.moduleSource !== undefined || path.length !== 1) return undefined;
    const target = findByName(from.project, path[0].path);
    return target === undefined ? undefined : { target };
  });
}
