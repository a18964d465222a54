/**
 * Fetch a file of this page, and ask on the way whether it has changed: after a new build no old one may come out of
 * the browser's cache. Gives what `read(response)` promises; throws a sentence that calls the file `what`.
 */
export async function fetched(path, what, read) {
  let response;
  try {
    response = await fetch(path, { cache: "no-cache" });
    if (response.ok) return await read(response);
  } catch {
    throw new Error(`The ${what} (${path}) did not come, or not as it should: the server does not answer, or sends ` +
      "something else. Reload the page to try again.");
  }
  throw new Error(`The ${what} (${path}) is missing: the server says ${response.status}. ` +
    "Build the page anew with “make web”.");
}
