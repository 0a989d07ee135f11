-- Generated from the revisions by `make generate`.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0011_idempotency_key');
CREATE TABLE answer (
	call_id TEXT NOT NULL, 
	status BIGINT NOT NULL, 
	content_type TEXT NOT NULL, 
	headers TEXT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (call_id)
);
CREATE TABLE audit_log (
	id TEXT NOT NULL, 
	at DOUBLE NOT NULL, 
	actor TEXT NOT NULL, 
	action TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	object_id TEXT NOT NULL, 
	request_id TEXT NOT NULL, 
	before_body TEXT, 
	after_body TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE batch (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	principal TEXT NOT NULL, 
	status TEXT NOT NULL, 
	body TEXT NOT NULL, node TEXT, 
	UNIQUE (id)
);
CREATE TABLE batch_result (
	batch_id TEXT NOT NULL, 
	line BIGINT NOT NULL, 
	good SMALLINT NOT NULL, 
	input_tokens BIGINT NOT NULL, 
	output_tokens BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (batch_id, line)
)
 WITHOUT ROWID

;
CREATE TABLE budget_window (
	scope TEXT NOT NULL, 
	id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	start_at DOUBLE NOT NULL, 
	end_at DOUBLE, 
	spent BIGINT NOT NULL, 
	held BIGINT NOT NULL, 
	overrun BIGINT NOT NULL, opened_at DOUBLE, 
	PRIMARY KEY (scope, id, model, start_at)
);
CREATE TABLE cache_entry (
	"key" TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	body BLOB NOT NULL, 
	bytes BIGINT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	expires_at DOUBLE NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE call (
	position INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	principal TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	model TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	status TEXT NOT NULL, 
	stream SMALLINT NOT NULL, 
	"key" TEXT, 
	attempts BIGINT NOT NULL, 
	request_id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	finished_at DOUBLE, 
	usage TEXT, 
	cost_nano BIGINT, 
	error_status BIGINT, 
	error TEXT, node TEXT, attempt BIGINT DEFAULT '1' NOT NULL, cancel_requested SMALLINT DEFAULT '0' NOT NULL, attended_at DOUBLE, account TEXT, 
	PRIMARY KEY (position), 
	UNIQUE (id)
);
CREATE TABLE content (
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	parts BIGINT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	PRIMARY KEY (kind, name)
);
CREATE TABLE content_part (
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	part BIGINT NOT NULL, 
	body BLOB NOT NULL, 
	PRIMARY KEY (kind, name, part)
);
CREATE TABLE credential (
	name TEXT NOT NULL, 
	info TEXT NOT NULL, 
	secrets BLOB NOT NULL, 
	created_at DOUBLE NOT NULL, 
	created_by TEXT NOT NULL, 
	updated_at DOUBLE NOT NULL, 
	updated_by TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE credit_entry (
	id TEXT NOT NULL, 
	account TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	amount_milli BIGINT NOT NULL, 
	at DOUBLE NOT NULL, 
	period_start DOUBLE NOT NULL, 
	tier TEXT NOT NULL, 
	usage_id TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE deployment (
	id TEXT NOT NULL, 
	model_name TEXT NOT NULL, 
	params TEXT NOT NULL, 
	info TEXT NOT NULL, 
	secrets BLOB, 
	created_at DOUBLE NOT NULL, 
	created_by TEXT NOT NULL, 
	updated_at DOUBLE NOT NULL, 
	updated_by TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE event (
	call_id TEXT NOT NULL, 
	first BIGINT NOT NULL, 
	last BIGINT NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (call_id, first)
);
CREATE TABLE file (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	principal TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	filename TEXT NOT NULL, 
	bytes BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT, 
	UNIQUE (id)
);
CREATE TABLE hold (
	id TEXT NOT NULL, 
	call_id TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	expires_at DOUBLE NOT NULL, 
	lines TEXT NOT NULL, started_at DOUBLE DEFAULT '0' NOT NULL, events BIGINT DEFAULT '0' NOT NULL, account TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE "idempotency_key" (
	principal TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	fingerprint BLOB NOT NULL, 
	call_id TEXT NOT NULL, 
	expires_at DOUBLE NOT NULL, node TEXT, 
	PRIMARY KEY (principal, "key")
)
 WITHOUT ROWID

;
CREATE TABLE key_use (
	key_id TEXT NOT NULL, 
	used_at DOUBLE NOT NULL, 
	PRIMARY KEY (key_id)
);
CREATE TABLE node (
	id TEXT NOT NULL, 
	started_at DOUBLE NOT NULL, 
	seen_at DOUBLE NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE platform_budget (
	id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	deleted_at DOUBLE, 
	body TEXT NOT NULL, 
	organization_id TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE platform_change (
	turn BIGINT NOT NULL, 
	place BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (turn, place)
);
CREATE TABLE platform_customer (
	id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	deleted_at DOUBLE, 
	body TEXT NOT NULL, 
	name TEXT NOT NULL, 
	organization_id TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE platform_key (
	id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	deleted_at DOUBLE, 
	body TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	alias TEXT, 
	owner TEXT NOT NULL, 
	organization_id TEXT, 
	team_id TEXT, 
	user_id TEXT, 
	parent_id TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE platform_key_replaced (
	hash TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
CREATE TABLE platform_member (
	group_kind TEXT NOT NULL, 
	group_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	role TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (group_kind, group_id, user_id)
);
CREATE TABLE platform_organization (
	id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	deleted_at DOUBLE, 
	body TEXT NOT NULL, 
	alias TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE platform_secret (
	key_id TEXT NOT NULL, 
	sealed BLOB NOT NULL, 
	expires_at DOUBLE NOT NULL, 
	PRIMARY KEY (key_id)
);
CREATE TABLE platform_team (
	id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	deleted_at DOUBLE, 
	body TEXT NOT NULL, 
	organization_id TEXT, 
	alias TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE platform_turn (
	id BIGINT NOT NULL, 
	turn BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "platform_turn" VALUES(1,0);
CREATE TABLE platform_user (
	id TEXT NOT NULL, 
	created_at DOUBLE NOT NULL, 
	deleted_at DOUBLE, 
	body TEXT NOT NULL, 
	email TEXT, 
	role TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE record_archive (
	name TEXT NOT NULL, 
	kept_from DOUBLE NOT NULL, 
	holder TEXT, 
	expires_at DOUBLE NOT NULL, 
	pending TEXT, 
	PRIMARY KEY (name)
);
INSERT INTO "record_archive" VALUES('usage',0.0,NULL,0.0,NULL);
INSERT INTO "record_archive" VALUES('call',0.0,NULL,0.0,NULL);
CREATE TABLE spend_reset (
	position INTEGER NOT NULL, 
	scope TEXT NOT NULL, 
	id TEXT NOT NULL, 
	at DOUBLE NOT NULL, 
	spend BIGINT NOT NULL, 
	amount BIGINT NOT NULL, 
	PRIMARY KEY (position)
);
CREATE TABLE spend_total (
	scope TEXT NOT NULL, 
	id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	spent BIGINT NOT NULL, 
	PRIMARY KEY (scope, id, model)
);
CREATE TABLE tuned_model (
	name TEXT NOT NULL, 
	principal TEXT NOT NULL, 
	job_id TEXT NOT NULL, 
	base TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE tuning_job (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	principal TEXT NOT NULL, 
	status TEXT NOT NULL, 
	body TEXT NOT NULL, node TEXT, 
	UNIQUE (id)
);
CREATE TABLE tuning_note (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	job_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	body TEXT NOT NULL, 
	UNIQUE (id)
);
CREATE TABLE usage (
	id TEXT NOT NULL, 
	call_id TEXT NOT NULL, 
	attempt BIGINT NOT NULL, 
	request_id TEXT NOT NULL, 
	idempotency_key TEXT, 
	principal TEXT NOT NULL, 
	key_id TEXT, 
	key_alias TEXT, 
	user_id TEXT, 
	team_id TEXT, 
	organization_id TEXT, 
	customer TEXT, 
	operation TEXT NOT NULL, 
	model TEXT NOT NULL, 
	model_served TEXT NOT NULL, 
	deployment TEXT, 
	provider TEXT NOT NULL, 
	prompt_tokens BIGINT NOT NULL, 
	completion_tokens BIGINT NOT NULL, 
	total_tokens BIGINT NOT NULL, 
	cached_tokens BIGINT NOT NULL, 
	cache_write_tokens BIGINT NOT NULL, 
	reasoning_tokens BIGINT NOT NULL, 
	audio_tokens BIGINT NOT NULL, 
	cost_nano BIGINT NOT NULL, 
	priced SMALLINT NOT NULL, 
	credits_milli BIGINT NOT NULL, 
	band TEXT, 
	account TEXT, 
	estimated SMALLINT NOT NULL, 
	cached SMALLINT NOT NULL, 
	stream SMALLINT NOT NULL, 
	status TEXT NOT NULL, 
	error_status BIGINT, 
	error_code TEXT, 
	error_message TEXT, 
	started_at DOUBLE NOT NULL, 
	ended_at DOUBLE NOT NULL, 
	latency_ms BIGINT NOT NULL, 
	first_token_ms BIGINT, 
	hour TEXT NOT NULL, 
	tags TEXT, node TEXT, api_base TEXT, cache_key TEXT, metadata TEXT, group_id BIGINT, 
	PRIMARY KEY (id)
);
CREATE TABLE usage_charge (
	scope TEXT NOT NULL, 
	id TEXT NOT NULL, 
	usage_id TEXT NOT NULL, 
	PRIMARY KEY (scope, id, usage_id)
);
CREATE TABLE usage_charge_rollup (
	scope TEXT NOT NULL, 
	id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	cost_nano BIGINT NOT NULL, 
	PRIMARY KEY (scope, id, model, at)
);
CREATE TABLE usage_group (
	id BIGINT NOT NULL, 
	kind SMALLINT NOT NULL, 
	value TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	team_id TEXT NOT NULL, 
	organization_id TEXT NOT NULL, 
	model TEXT NOT NULL, 
	model_served TEXT NOT NULL, 
	deployment TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	band TEXT NOT NULL, 
	account TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE usage_period (
	step SMALLINT NOT NULL, 
	summed_until BIGINT NOT NULL, 
	changes BIGINT NOT NULL, 
	PRIMARY KEY (step)
);
INSERT INTO "usage_period" VALUES(168,0,0);
INSERT INTO "usage_period" VALUES(720,0,0);
CREATE TABLE usage_rollup (
	kind SMALLINT NOT NULL, 
	step SMALLINT NOT NULL, 
	at BIGINT NOT NULL, 
	group_id BIGINT NOT NULL, 
	requests BIGINT NOT NULL, 
	failed BIGINT NOT NULL, 
	cost_nano BIGINT NOT NULL, 
	credits_milli BIGINT NOT NULL, 
	prompt_tokens BIGINT NOT NULL, 
	completion_tokens BIGINT NOT NULL, 
	total_tokens BIGINT NOT NULL, 
	latency_ms BIGINT NOT NULL, 
	PRIMARY KEY (kind, step, at, group_id)
)
 WITHOUT ROWID

;
CREATE TABLE usage_tag (
	tag TEXT NOT NULL, 
	usage_id TEXT NOT NULL, 
	PRIMARY KEY (tag, usage_id)
);
CREATE TABLE version_of (
	name TEXT NOT NULL, 
	version BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE INDEX call_by_principal ON call (principal, position);
CREATE INDEX call_in_progress ON call (status) WHERE status = 'in_progress';
CREATE INDEX file_by_principal ON file (principal, seq);
CREATE INDEX batch_by_principal ON batch (principal, seq);
CREATE INDEX tuning_job_by_principal ON tuning_job (principal, seq);
CREATE INDEX tuning_note_by_job ON tuning_note (job_id, kind, seq);
CREATE INDEX tuned_model_by_principal ON tuned_model (principal, created_at);
CREATE UNIQUE INDEX platform_key_hash ON platform_key (hash);
CREATE UNIQUE INDEX platform_key_alias ON platform_key (owner, alias);
CREATE INDEX platform_key_team ON platform_key (team_id);
CREATE INDEX platform_key_user ON platform_key (user_id);
CREATE INDEX platform_key_organization ON platform_key (organization_id);
CREATE INDEX platform_key_parent ON platform_key (parent_id);
CREATE INDEX platform_user_email ON platform_user (email);
CREATE INDEX platform_team_organization ON platform_team (organization_id);
CREATE INDEX platform_customer_name ON platform_customer (organization_id, name);
CREATE INDEX platform_member_user ON platform_member (user_id);
CREATE INDEX audit_log_object ON audit_log (kind, object_id, at);
CREATE INDEX deployment_by_name ON deployment (model_name);
CREATE INDEX cache_entry_by_expiry ON cache_entry (expires_at);
CREATE INDEX cache_entry_by_scope ON cache_entry (scope);
CREATE INDEX cache_entry_by_age ON cache_entry (created_at);
CREATE INDEX usage_by_start ON usage (started_at);
CREATE INDEX usage_by_request ON usage (request_id);
CREATE INDEX usage_tag_by_usage ON usage_tag (usage_id);
CREATE INDEX spend_reset_by_owner ON spend_reset (scope, id, position);
CREATE INDEX budget_window_by_end ON budget_window (end_at);
CREATE INDEX hold_by_call ON hold (call_id);
CREATE INDEX hold_by_expiry ON hold (expires_at);
CREATE INDEX credit_entry_by_account ON credit_entry (account, at);
CREATE INDEX hold_by_holder ON hold (holder);
CREATE INDEX hold_by_start ON hold (started_at);
CREATE INDEX budget_window_to_check ON budget_window (opened_at) WHERE opened_at IS NOT NULL;
CREATE INDEX platform_secret_expiry ON platform_secret (expires_at);
CREATE INDEX platform_key_age ON platform_key (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX platform_user_age ON platform_user (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX platform_team_age ON platform_team (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX platform_organization_age ON platform_organization (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX platform_customer_age ON platform_customer (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX platform_budget_age ON platform_budget (created_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX platform_customer_alone ON platform_customer (organization_id, name) WHERE deleted_at IS NULL;
CREATE INDEX content_by_age ON content (kind, created_at);
CREATE INDEX batch_to_do ON batch (seq) WHERE status NOT IN ('completed', 'failed', 'expired', 'cancelled');
CREATE INDEX tuning_job_to_do ON tuning_job (seq) WHERE status NOT IN ('succeeded', 'failed', 'cancelled');
CREATE INDEX usage_group_by_value ON usage_group (kind, value);
CREATE INDEX usage_group_by_key ON usage_group (key_id, model);
CREATE INDEX usage_rollup_days ON usage_rollup (group_id, at) WHERE step = 24;
CREATE INDEX usage_by_group ON usage (group_id, id);
CREATE INDEX usage_not_completed ON usage (status, id) WHERE status <> 'completed';
CREATE INDEX usage_of_customer ON usage (customer, id) WHERE customer IS NOT NULL;
CREATE INDEX usage_charge_by_usage ON usage_charge (usage_id);
CREATE INDEX credit_entry_granted ON credit_entry (account, period_start, at) WHERE kind <> 'debit';
CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);
CREATE INDEX idempotency_key_by_call ON idempotency_key (call_id);
CREATE INDEX idempotency_key_claimed ON idempotency_key (node) WHERE node IS NOT NULL;
DELETE FROM "sqlite_sequence";
COMMIT;
