// SPDX-License-Identifier: GPL-3.0-or-later

// Reads JSON as a Flamenco Manager does: with encoding/json, into the types of its API. One request a
// line on stdin, `KIND BASE64`; one answer a line on stdout: {"value": what was understood}, or
// {"error": why it was not}. KIND is `job` for a SubmittedJob, or `any`.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
)

// As oapi-codegen makes it of the Manager's OpenAPI document.
type storageInfo struct {
	ShamanCheckoutID *string `json:"shaman_checkout_id,omitempty"`
}

// What was left out stays left out.
type submittedJob struct {
	InitialStatus     *string                 `json:"initial_status,omitempty"`
	Metadata          *map[string]string      `json:"metadata,omitempty"`
	Name              *string                 `json:"name,omitempty"`
	Priority          *int                    `json:"priority,omitempty"`
	Settings          *map[string]interface{} `json:"settings,omitempty"`
	Storage           *storageInfo            `json:"storage,omitempty"`
	SubmitterPlatform *string                 `json:"submitter_platform,omitempty"`
	Type              *string                 `json:"type,omitempty"`
	TypeEtag          *string                 `json:"type_etag,omitempty"`
	WorkerTag         *string                 `json:"worker_tag,omitempty"`
}

func understood(kind string, body []byte) (interface{}, error) {
	// Echo decodes the first value of a body, and does not look at what follows.
	decoder := json.NewDecoder(bytes.NewReader(body))
	if kind == "job" {
		var job submittedJob
		err := decoder.Decode(&job)
		return job, err
	}
	var value interface{}
	err := decoder.Decode(&value)
	return value, err
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		kind, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		body, err := base64.StdEncoding.DecodeString(text)
		var value interface{}
		if err == nil {
			value, err = understood(kind, body)
		}
		answer := map[string]interface{}{"value": value}
		if err != nil {
			answer = map[string]interface{}{"error": err.Error()}
		}
		if out.Encode(answer) != nil {
			return
		}
	}
}
