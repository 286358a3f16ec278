import { type RequestModel, REQUEST_MODEL, buildLog, fitRequests, requestModelSchema } from "../profile";
import { type Trainable, skilled } from "./trainable";

export const requestForecasts: Trainable<RequestModel> = {
  name: REQUEST_MODEL,
  needs: "a history of requests (settings: requests)",
  fallback: "idle-time histogram",
  schema: requestModelSchema as Trainable<RequestModel>["schema"],
  fit({ requests }, { seed, signal, onProgress }) {
    if (!requests) return "no history of requests is configured";
    if (requests.length === 0) return "the history of requests is empty";
    const onTree = (trees: number) => onProgress?.({ what: "request model", done: trees, total: 400 });
    return fitRequests(buildLog(requests), { key: "user and application", seed, signal, onTree });
  },
  headerOf: ({ header }) => header,
  serves: ({ header, method }) => method === "boosted trees" && skilled(header),
};
