// An identity provider for the tests: oidc-provider itself, with accounts from a file that a test writes.
// Prints its issuer when it listens.
// Usage: node provider.mjs accounts.json redirect-uri conform|claims-in-id-token after-logout-uri tell-logout-uri
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [accounts, redirect, conform, left, tell] = process.argv.slice(2);
const server = createServer();

server.listen(0, "127.0.0.1", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "wegwijs",
        client_secret: "geheim-van-wegwijs",
        redirect_uris: [redirect],
        post_logout_redirect_uris: [left],
        backchannel_logout_uri: tell,
        backchannel_logout_session_required: true,
      },
      { client_id: "openbaar", token_endpoint_auth_method: "none", redirect_uris: [redirect] },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username", "realm_access", "team"], email: ["email"] },
    conformIdTokenClaims: conform === "conform",
    features: { backchannelLogout: { enabled: true } },
    cookies: { keys: ["alleen voor tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...JSON.parse(readFileSync(accounts, "utf-8"))[id] }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
