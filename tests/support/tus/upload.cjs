// SPDX-License-Identifier: GPL-3.0-or-later
// Uploads one file with tus-js-client, told how by one argument of JSON, and prints what came of it.
const fs = require('fs');
const tus = require('tus-js-client');

const how = JSON.parse(process.argv[2]);
const requests = [];
const done = (outcome) => {
  console.log(JSON.stringify({...outcome, requests}));
  process.exit(0);
};

const input = how.stream ? fs.createReadStream(how.file) : fs.readFileSync(how.file);
const upload = new tus.Upload(input, {
  endpoint: how.url,
  uploadUrl: how.uploadUrl,
  uploadSize: how.stream ? fs.statSync(how.file).size : undefined,
  protocol: how.protocol,
  chunkSize: how.chunkSize || Infinity,
  uploadDataDuringCreation: Boolean(how.dataDuringCreation),
  retryDelays: how.retryDelays || [0, 100, 500],
  onBeforeRequest: (request) => {
    requests.push({method: request.getMethod(), offset: request.getHeader('Upload-Offset')});
  },
  onAfterResponse: (request, response) => {
    requests.push({status: response.getStatus(), offset: response.getHeader('Upload-Offset')});
  },
  onChunkComplete: (size, accepted) => {
    if (how.abortAfter && accepted >= how.abortAfter)
      upload.abort(true).then(() => done({aborted: true}), (error) => done({error: String(error)}));
  },
  onSuccess: () => done({stored: true}),
  onError: (error) => done({error: String(error)}),
});
upload.start();
