// Answers a file of questions with @cloud-copilot/iam-simulate, installed beside this script's
// first argument. Usage: node iam_oracle.cjs <folder with node_modules> <questions> <answers>
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const [folder, questions, answers] = process.argv.slice(2);
const installed = createRequire(path.join(path.resolve(folder), "package.json"));
const simulate = path.dirname(installed.resolve("@cloud-copilot/iam-simulate"));
const { loadPolicy } = installed("@cloud-copilot/iam-policy");
// The core is asked, not the validating front: the questions carry made-up condition keys.
const { authorize } = require(path.join(simulate, "core_engine", "CoreSimulatorEngine.js"));
const { AwsRequestImpl } = require(path.join(simulate, "request", "request.js"));
const { RequestContextImpl } = require(path.join(simulate, "requestContext.js"));
const { DiscoveryContextKeyConstraints } = require(
  path.join(simulate, "context_keys", "discoveryContextKeyConstraints.js"),
);

const loaded = (documents) => documents.map((document) => loadPolicy(document, { name: "p" }));
const everything = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

function answer(question) {
  const resource = { resource: question.resource, accountId: question.owner };
  const context = new RequestContextImpl(question.context);
  const levels = [[everything], ...question.control];
  try {
    return authorize({
      request: new AwsRequestImpl(question.asker, resource, question.action, context),
      sessionPolicy: question.session.length ? loaded(question.session)[0] : undefined,
      identityPolicies: loaded(question.identity),
      serviceControlPolicies: levels.map((level, number) => ({
        orgIdentifier: `level-${number}`,
        policies: loaded(level),
      })),
      resourceControlPolicies: [{ orgIdentifier: "all", policies: loaded([everything]) }],
      resourcePolicy: question.policy ? loaded([question.policy])[0] : undefined,
      permissionBoundaries: question.boundary ? loaded([question.boundary]) : undefined,
      vpcEndpointPolicies: undefined,
      simulationParameters: {
        simulationMode: "Strict",
        discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]),
      },
      serviceSettings: { s3: {} },
    }).result;
  } catch (error) {
    return `error: ${error.message}`;
  }
}

fs.writeFileSync(answers, JSON.stringify(JSON.parse(fs.readFileSync(questions)).map(answer)));
