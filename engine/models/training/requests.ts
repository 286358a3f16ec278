import {
  type RequestKey,
  type RequestModel,
  MOST_REQUEST_TREES,
  REQUEST_MODEL,
  buildLog,
  fitRequests,
  requestModelSchema,
} from "../profile";
import { type Trainable, skilled } from "./trainable";

/** A model of its own for each key: what a user does next and what an application is asked next are learned apart. */
const requestsBy = (key: RequestKey, name: string): Trainable<RequestModel> => ({
  name,
  needs: "a history of requests (settings: requests)",
  fallback: "idle-time histogram",
  schema: requestModelSchema as Trainable<RequestModel>["schema"],
  fit({ requests }, { seed, signal, onProgress }) {
    if (!requests) return "no history of requests is configured";
    if (requests.length === 0) return "the history of requests is empty";
    const onTree = (trees: number) =>
      onProgress?.({ what: `request model by ${key}`, done: trees, total: MOST_REQUEST_TREES });
    return fitRequests(buildLog(requests), { key, seed, signal, onTree });
  },
  headerOf: ({ header }) => header,
  serves: ({ header, method }) => method === "boosted trees" && skilled(header),
});

export const REQUEST_MODELS: Readonly<Record<RequestKey, Trainable<RequestModel>>> = {
  "user and application": requestsBy("user and application", REQUEST_MODEL),
  application: requestsBy("application", `${REQUEST_MODEL}-by-application`),
  user: requestsBy("user", `${REQUEST_MODEL}-by-user`),
};
