// Shows the contract beside this page. Calls go to where the page came from, also behind a stage or a base path.
(async () => {
  const base = location.pathname.replace(/\/api\/docs\/?$/, "");
  const contract = await (await fetch(`${base}/api/openapi.json`)).json();
  contract.servers = [{ url: `${location.origin}${base}` }];
  SwaggerUIBundle({
    spec: contract,
    dom_id: "#reference",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
})();
