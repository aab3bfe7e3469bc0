// Programs that cannot start say why in one line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "tests/integration/servers/running_server.h"
#include "tests/support/tcp_peer.h"

namespace oofgg::testing {
namespace {

using ::testing::HasSubstr;

void ExpectOneLine(ChildProcess& child, int status, const std::string& said) {
  EXPECT_EQ(child.Wait(), status);
  EXPECT_THAT(child.errors(), HasSubstr(said));
  EXPECT_EQ(std::count(child.errors().begin(), child.errors().end(), '\n'), 1) << child.errors();
}

struct BadStart {
  std::string name;
  std::string program;
  std::vector<std::string> arguments;
  int status;
  std::string said;
};

class BadStartTest : public ::testing::TestWithParam<BadStart> {};

TEST_P(BadStartTest, EndsWithOneClearLine) {
  const TemporaryDirectory folder;
  ChildProcess child(GetParam().program, In(folder, GetParam().arguments));
  ExpectOneLine(child, GetParam().status, GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, BadStartTest,
    ::testing::Values(
        BadStart{"AuthUnknownFlag", "oofgg-auth", {"--nonsense"}, 2, "--nonsense"},
        BadStart{"AuthStrayWord", "oofgg-auth", {"nonsense"}, 2, "nonsense"},
        BadStart{"AuthFlagWithoutValue", "oofgg-auth", {"--listen"}, 2, "--listen"},
        BadStart{"AuthBadDuration", "oofgg-auth", {"--access-token-ttl", "soon"}, 2, "--access-token-ttl"},
        BadStart{"AuthAccessTooShort", "oofgg-auth", {"--access-token-ttl", "0s"}, 2, "from 10s to 1d"},
        BadStart{"AuthAccessTooLong", "oofgg-auth", {"--access-token-ttl", "25h"}, 2, "from 10s to 1d"},
        BadStart{"AuthRefreshTooShort", "oofgg-auth", {"--refresh-token-ttl", "0s"}, 2, "from 1m to 365d"},
        BadStart{"AuthRefreshTooLong", "oofgg-auth", {"--refresh-token-ttl", "366d"}, 2, "from 1m to 365d"},
        BadStart{"AuthRefreshBeforeAccess",
                 "oofgg-auth",
                 {"--access-token-ttl", "10m", "--refresh-token-ttl", "9m"},
                 2,
                 "--refresh-token-ttl: 9m"},
        BadStart{
            "AuthRedisAway", "oofgg-auth", {"--redis", "127.0.0.1:1"}, 1, "--redis: connecting to Redis"},
        BadStart{"AuthRedisPlaintext", "oofgg-auth", {"--redis", "192.0.2.1:6379"}, 1, "write rediss://"},
        BadStart{"AuthPostgresPlaintext",
                 "oofgg-auth",
                 {"--database", "postgresql://ann@127.0.0.1,192.0.2.1/x?sslmode=prefer"},
                 1,
                 "sslmode=verify-full"},
        BadStart{
            "AuthTrustedProxy", "oofgg-auth", {"--trusted-proxy", "envoy"}, 2, "--trusted-proxy: 'envoy'"},
        BadStart{"AuthRedisUrl", "oofgg-auth", {"--redis", "redis://:x@"}, 2, "--redis"},
        BadStart{"GameRedisUrl", "oofgg-game", {"--jwks", "x", "--redis", "redis://:x@"}, 2, "--redis"},
        BadStart{"GamePresenceLease",
                 "oofgg-game",
                 {"--jwks", "x", "--redis", "127.0.0.1:6379", "--presence-lease", "1ms"},
                 2,
                 "--presence-lease is 1s to 10m"},
        BadStart{
            "GamePresenceAdvertise",
            "oofgg-game",
            {"--jwks", "x", "--presence-advertise", ":8080"},
            2,
            "--presence-advertise: ':8080' names no host that clients could connect to; write HOST:PORT"},
        BadStart{"MakerRedisPlaintext",
                 "oofgg-maker",
                 {"--process-command", "x", "--jwks", "x", "--redis", "192.0.2.1:6379"},
                 1,
                 "write rediss://"},
        BadStart{"MakerRedis", "oofgg-maker", {"--role", "worker"}, 2, "--redis"},
        BadStart{
            "AuthMailTwice", "oofgg-auth", {"--mail-hook", "x", "--smtp-url", "smtp://x"}, 2, "--mail-hook"},
        BadStart{"AuthMailHookAbsent",
                 "oofgg-auth",
                 {"--mail-hook", "./absent"},
                 1,
                 "--mail-hook: cannot run ./absent: No such file"},
        BadStart{"AuthMailHookFolder", "oofgg-auth", {"--mail-hook", "/tmp"}, 1, "--mail-hook: /tmp is"},
        BadStart{"AuthNoBreachedPasswords",
                 "oofgg-auth",
                 {"--breached-passwords", "missing.txt"},
                 1,
                 "--breached-passwords: cannot read missing.txt: No such file"},
        BadStart{"AuthOtherBreachedPasswords",
                 "oofgg-auth",
                 {"--breached-passwords", "/etc/passwd"},
                 1,
                 "--breached-passwords: /etc/passwd: at byte 0 is another kind of line"},
        BadStart{"AuthSmtpFrom", "oofgg-auth", {"--smtp-url", "smtp://x"}, 2, "--smtp-from"},
        BadStart{"AuthTwitchPlain", "oofgg-auth", {"--twitch-url", "http://example.com"}, 2, "--twitch-url"},
        BadStart{"AuthSessionTooShort", "oofgg-auth", {"--session-lifetime", "1d"}, 2, "--session-lifetime"},
        BadStart{"GameWithoutCredential",
                 "oofgg-game",
                 {"--jwks", "http://127.0.0.1:1/k", "--auth", "127.0.0.1:1"},
                 2,
                 "--service-credential"},
        BadStart{"KafkaFarAway",
                 "oofgg-auth",
                 {"--kafka", "127.0.0.1:9092,192.0.2.1:9092"},
                 1,
                 "--kafka: 192.0.2.1:9092 is on another machine, and records would go there without TLS"},
        BadStart{"KafkaMalformed", "oofgg-auth", {"--kafka", "kafka"}, 1, "--kafka: "},
        BadStart{"KafkaConfigMissing",
                 "oofgg-auth",
                 {"--kafka", "127.0.0.1:1", "--kafka-config", "none"},
                 1,
                 "--kafka-config: cannot read none"},
        BadStart{"AuthNoPostgres",
                 "oofgg-auth",
                 {"--database", "postgresql://ann:secret@127.0.0.1:1/x"},
                 1,
                 "--database: cannot connect to PostgreSQL"},
        BadStart{"GameNoPostgres",
                 "oofgg-game",
                 {"--jwks", "x", "--database", "postgresql://ann:secret@127.0.0.1:1/x"},
                 1,
                 "--database: cannot connect to PostgreSQL"},
        BadStart{"GamePostgresPlaintext",
                 "oofgg-game",
                 {"--jwks", "x", "--database", "postgresql://ann@192.0.2.1/x"},
                 1,
                 "sslmode=verify-full"},
        BadStart{"GameBadPostgres",
                 "oofgg-game",
                 {"--jwks", "x", "--database", "postgresql://a@b@c"},
                 2,
                 "--database: the host of the postgresql:// URL has an @"},
        BadStart{"MakerPostgres",
                 "oofgg-maker",
                 {"--process-command", "x", "--database", "postgresql://a@b/c"},
                 2,
                 "--database"},
        BadStart{"AuthBadPostgres", "oofgg-auth", {"--database", "postgresql://a@b@c"}, 2, "%40"},
        BadStart{"AuthOtherDatabase",
                 "oofgg-auth",
                 {"--database", "mysql://x"},
                 2,
                 "sqlite:PATH or postgresql://"},
        BadStart{"AuthBadAddress", "oofgg-auth", {"--ops-listen", "nowhere"}, 2, "--ops-listen"},
        BadStart{"CertificateWithoutKey", "oofgg-auth", {"--tls-cert", "c.pem"}, 2, "--tls-key"},
        BadStart{
            "KeyWithoutCertificate", "oofgg-game", {"--jwks", "x", "--tls-key", "k.pem"}, 2, "--tls-cert"},
        BadStart{"PresenceTlsAlone",
                 "oofgg-game",
                 {"--jwks", "x", "--presence-tls", "required"},
                 2,
                 "--presence-tls needs --tls-cert"},
        BadStart{"PresenceTlsUnknown",
                 "oofgg-game",
                 {"--jwks", "x", "--presence-tls", "perhaps"},
                 2,
                 "not off, offered or required"},
        BadStart{"ClientCaAlone", "oofgg-auth", {"--tls-client-ca", "a.pem"}, 2, "--tls-cert"},
        BadStart{"AbsentCertificate",
                 "oofgg-auth",
                 {"--tls-cert", "c.pem", "--tls-key", "k.pem"},
                 1,
                 "cannot read the certificate c.pem"},
        BadStart{"ApiWithoutCertificate",
                 "oofgg-maker",
                 {"--process-command", "x", "--http-tls"},
                 2,
                 "--http-tls needs --tls-cert"},
        BadStart{"AuthNoConfig", "oofgg-auth", {"--config", "absent"}, 2, "absent"},
        BadStart{"GameWithoutKeys", "oofgg-game", {}, 2, "--jwks"},
        BadStart{"GameAbsentKeys", "oofgg-game", {"--jwks", "absent.json"}, 1, "absent.json"},
        BadStart{"GamePlainHttp", "oofgg-game", {"--jwks", "http://192.0.2.1/k"}, 1, "plain http"},
        BadStart{"GameBadGames", "oofgg-game", {"--games", "arena"}, 2, "ID=NAME"},
        BadStart{"GameBadPort", "oofgg-game", {"--port", "70000"}, 2, "--port"},
        BadStart{"MakerWithoutCommand", "oofgg-maker", {}, 2, "PROCESS_COMMAND"},
        BadStart{"MakerReserveOfNothing",
                 "oofgg-maker",
                 {"--container-backend", "none", "--fleet-min-ready", "1"},
                 2,
                 "FLEET_MIN_READY is 1, but CONTAINER_BACKEND=none"},
        BadStart{"MakerBackend", "oofgg-maker", {"--container-backend", "podman"}, 2, "CONTAINER_BACKEND"},
        BadStart{"MakerWithoutImage", "oofgg-maker", {"--container-backend", "docker"}, 2, "IMAGE_TO_PULL"},
        BadStart{
            "MakerDockerHost",
            "oofgg-maker",
            {"--container-backend", "docker", "--image-to-pull", "game", "--docker-host", "ssh://engine"},
            2,
            "DOCKER_HOST"},
        BadStart{
            "MakerPullPolicy",
            "oofgg-maker",
            {"--container-backend", "docker", "--image-to-pull", "game", "--image-pull-policy", "Always"},
            2,
            "IMAGE_PULL_POLICY"},
        BadStart{"MakerPorts", "oofgg-maker", {"--process-ports", "20000"}, 2, "PROCESS_PORTS"},
        BadStart{"MakerNetworks", "oofgg-maker", {"--register-networks", "metal"}, 2, "--register-networks"},
        BadStart{"MakerLease",
                 "oofgg-maker",
                 {"--container-backend", "none", "--register-lease", "5"},
                 2,
                 "REGISTER_LEASE"},
        BadStart{"MakerNoJobs", "oofgg-maker", {"--max-concurrent-jobs", "0"}, 2, "--max-concurrent-jobs"},
        BadStart{"MakerPublicUrl",
                 "oofgg-maker",
                 {"--process-command", "sleep 60", "--public-host", "http://x/"},
                 2,
                 "--public-host: 'http://x/' is neither a name nor an address; give"},
        BadStart{"MakerPublicBlank", "oofgg-maker", {"--public-host", "a b"}, 2, "--public-host: 'a b'"},
        BadStart{"MakerPublicPort", "oofgg-maker", {"--public-host", "x:99"}, 2, "without scheme, port"},
        BadStart{"MakerNoTimeToReserve",
                 "oofgg-maker",
                 {"--process-command", "sleep 60", "--reservation-timeout", "0"},
                 2,
                 "RESERVATION_TIMEOUT is 0"},
        BadStart{"MakerReserveAboveMax",
                 "oofgg-maker",
                 {"--process-command", "sleep 60", "--fleet-min-ready", "3", "--fleet-max", "2"},
                 2,
                 "FLEET_MIN_READY is 3, but there are never more servers than FLEET_MAX, which is 2"},
        BadStart{"MakerReserveAboveProcesses",
                 "oofgg-maker",
                 {"--process-command", "sleep 60", "--fleet-min-ready", "17"},
                 2,
                 "FLEET_MAX, which is 16"},
        BadStart{"MakerAbsentProgram",
                 "oofgg-maker",
                 {"--process-command", "./absent {port}", "--listen", "127.0.0.1:0", "--http-listen",
                  "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"},
                 1,
                 "PROCESS_COMMAND: names './absent', which is no program here"},
        BadStart{"MakerAuthorizer",
                 "oofgg-maker",
                 {"--process-command", "x", "--authorizer", "none"},
                 2,
                 "AUTHORIZER"},
        BadStart{"MakerNoRules", "oofgg-maker", {"--process-command", "x", "--rules", "absent"}, 1, "absent"},
        BadStart{"CliNoCommand", "oofgg", {}, 2, "name a command"},
        BadStart{"CliUnknownFlag", "oofgg", {"--nonsense"}, 2, "--nonsense"},
        BadStart{"ArenaUnknownFlag", "oofgg-arena", {"--nonsense"}, 2, "--nonsense"},
        BadStart{"ArenaNoSlots", "oofgg-arena", {"--slots", "0"}, 2, "slots"},
        BadStart{"ArenaBadAddress", "oofgg-arena", {"--listen", "nowhere"}, 2, "nowhere"}),
    [](const auto& row) { return row.param.name; });

/// As `keys.json`, for servers that want some.
void WriteKeys(const TemporaryDirectory& folder) {
  std::ofstream(folder.path() + "/keys.json")
      << R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
}

/// A door of a program, and the flags it needs beside that.
struct Door {
  std::string name;
  std::string program;
  std::string flag;
  std::vector<std::string> others;
};

class PortInUseTest : public ::testing::TestWithParam<Door> {};

TEST_P(PortInUseTest, EndsWithOneClearLine) {
  const TemporaryDirectory folder;
  WriteKeys(folder);
  AdoptOrphans();
  const TakenPort taken;
  std::vector<std::string> arguments = GetParam().others;
  arguments.insert(arguments.end(), {GetParam().flag, taken.address()});
  ChildProcess child(GetParam().program, In(folder, arguments));
  ExpectOneLine(child, 1, GetParam().flag + ": cannot listen on " + taken.address());
  EXPECT_TRUE(GameServersOf(folder).empty()) << "nothing was started in vain";
  EndOrphans();
}

Door AuthDoor(std::string name, std::string flag) {
  return {std::move(name),
          "oofgg-auth",
          std::move(flag),
          {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}};
}

Door GameDoor(std::string name, std::string flag) {
  return {std::move(name),
          "oofgg-game",
          std::move(flag),
          {"--jwks", "keys.json", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0",
           "--presence-listen", "127.0.0.1:0", "--websocket-listen", "127.0.0.1:0"}};
}

Door MakerDoor(std::string name, std::string flag) {
  return {std::move(name),
          "oofgg-maker",
          std::move(flag),
          {"--process-command", "sleep 60", "--fleet-min-ready", "1", "--listen", "127.0.0.1:0",
           "--ops-listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0"}};
}

Door ArenaDoor(std::string name, std::string flag) {
  return {std::move(name),
          "oofgg-arena",
          std::move(flag),
          {"--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0"}};
}

INSTANTIATE_TEST_SUITE_P(
    Programs, PortInUseTest,
    ::testing::Values(AuthDoor("AuthGrpc", "--listen"), AuthDoor("AuthOps", "--ops-listen"),
                      GameDoor("GameGrpc", "--listen"), GameDoor("GameOps", "--ops-listen"),
                      GameDoor("GamePresence", "--presence-listen"),
                      GameDoor("GameWebSocket", "--websocket-listen"), MakerDoor("MakerGrpc", "--listen"),
                      MakerDoor("MakerOps", "--ops-listen"), MakerDoor("MakerHttp", "--http-listen"),
                      ArenaDoor("ArenaGame", "--listen"), ArenaDoor("ArenaControl", "--control-listen")),
    [](const auto& row) { return row.param.name; });

class PlaintextDoorTest : public ::testing::TestWithParam<Door> {
 protected:
  /// The program with that door on all interfaces.
  [[nodiscard]] ChildProcess::Options Open(std::vector<std::string> more = {}) const {
    WriteKeys(folder_);
    std::vector<std::string> arguments = GetParam().others;
    arguments.insert(arguments.end(), {GetParam().flag, "0.0.0.0:0"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return In(folder_, arguments);
  }

  TemporaryDirectory folder_;
};

/// Those that show what nobody on the way should see.
class ConfidentialDoorTest : public PlaintextDoorTest {};

TEST_P(ConfidentialDoorTest, IsOpenToOtherMachinesOnlyIfToldSo) {
  AdoptOrphans();
  {
    ChildProcess refused(GetParam().program, Open());
    ExpectOneLine(refused, 1, "--insecure");
    EXPECT_TRUE(GameServersOf(folder_).empty()) << "nothing was started in vain";
    ChildProcess told(GetParam().program, Open({"--insecure"}));
    EXPECT_TRUE(told.WaitForLine("ready ").has_value()) << told.errors();
  }
  EndOrphans();
}

INSTANTIATE_TEST_SUITE_P(
    Programs, ConfidentialDoorTest,
    ::testing::Values(AuthDoor("AuthGrpc", "--listen"), AuthDoor("AuthOps", "--ops-listen"),
                      GameDoor("GameGrpc", "--listen"), GameDoor("GameOps", "--ops-listen"),
                      GameDoor("GameWebSocket", "--websocket-listen"), MakerDoor("MakerGrpc", "--listen"),
                      MakerDoor("MakerOps", "--ops-listen")),
    [](const auto& row) { return row.param.name; });

/// Those whose clients expect plaintext.
class PublicDoorTest : public PlaintextDoorTest {};

TEST_P(PublicDoorTest, IsOpenToOtherMachines) {
  AdoptOrphans();
  {
    ChildProcess child(GetParam().program, Open());
    EXPECT_TRUE(child.WaitForLine("ready ").has_value()) << child.errors();
  }
  EndOrphans();
}

INSTANTIATE_TEST_SUITE_P(Programs, PublicDoorTest,
                         ::testing::Values(GameDoor("GamePresence", "--presence-listen"),
                                           MakerDoor("MakerHttp", "--http-listen")),
                         [](const auto& row) { return row.param.name; });

TEST(PlaintextCallTest, PlayersTokensGoToAnotherMachineUnderTlsOnly) {
  const TemporaryDirectory folder;
  WriteKeys(folder);
  ChildProcess child("oofgg-game", In(folder, {"--jwks", "keys.json", "--listen", "127.0.0.1:0",
                                               "--ops-listen", "127.0.0.1:0", "--maker", "192.0.2.1:50053"}));
  ExpectOneLine(child, 1, "--maker: 192.0.2.1:50053");
}

TEST(DatabaseInUseTest, EachServerKeepsItsFileToItself) {
  const TemporaryDirectory folder;
  const auto first = StartAuth(folder);
  ChildProcess second("oofgg-auth", In(folder, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}));
  ExpectOneLine(second, 1, "auth.db is in use");
  first->Kill();
  EXPECT_EQ(StartAuth(folder)->Terminate(), 0) << "what a killed process held is free";
}

TEST(WrongStoreTest, IsNamedWhereverItWasAskedFor) {
  const TemporaryDirectory folder;
  auto no_redis = In(folder, {});
  no_redis.environment = {{"REDIS_SERVER_URL", "http://127.0.0.1:6379"}};
  ChildProcess from_environment("oofgg-maker", no_redis);
  ExpectOneLine(from_environment, 2, "--redis");
  auto no_kafka = In(folder, {"--listen", "127.0.0.1:0"});
  no_kafka.environment = {{"OOFGG_KAFKA", "127.0.0.1:1"}};
  ChildProcess alone("oofgg-auth", no_kafka);
  ExpectOneLine(alone, 1, "--kafka: no Kafka at 127.0.0.1:1");
  std::ofstream(folder.path() + "/.env") << "REDIS_SERVER_URL=http://127.0.0.1:6379\n";
  ChildProcess from_file("oofgg-maker", In(folder, {}));
  ExpectOneLine(from_file, 2, "--redis");
  ChildProcess told_otherwise("oofgg-auth", In(folder, {"--redis", "", "--kafka", "", "--listen",
                                                        "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}));
  EXPECT_TRUE(told_otherwise.WaitForLine("ready ").has_value()) << told_otherwise.errors();
}

TEST(StartTest, EndsInOrderWhileItWaitsForKeys) {
  const TemporaryDirectory folder;
  const TakenPort silent;
  ChildProcess child(
      "oofgg-game", In(folder, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--presence-listen",
                                "127.0.0.1:0", "--websocket-listen", "127.0.0.1:0", "--jwks",
                                "http://" + silent.address() + "/keys"}));
  ASSERT_TRUE(silent.WaitForCaller()) << child.errors();
  child.Signal(SIGTERM);
  EXPECT_EQ(child.Wait(), 0) << child.errors();
  EXPECT_EQ(child.errors(), "");
}

TEST(BadRulesTest, NamesFileAndFault) {
  const TemporaryDirectory folder;
  std::ofstream(folder.path() + "/default.json") << "{\"version\": 1,\n\"teams\": -1}";
  ChildProcess child("oofgg-maker", In(folder, {"--process-command", "x", "--rules", "."}));
  ExpectOneLine(child, 1, "default.json");
}

TEST(BadFleetsTest, NamesFleetAndFault) {
  const TemporaryDirectory folder;
  std::ofstream(folder.path() + "/fleets.json")
      << R"({"fleets": [{"name": "duel", "command": "sleep '60"}]})";
  ChildProcess child("oofgg-maker", In(folder, {"--fleets", "fleets.json"}));
  ExpectOneLine(child, 1, "fleet duel: command: has a quote that does not end");
}

TEST(BadDatabaseTest, AFileThatIsNoDatabaseIsLeftAlone) {
  const TemporaryDirectory folder;
  const std::string text = "these are my notes, and they matter";
  std::ofstream(folder.path() + "/notes.txt") << text;
  ChildProcess child("oofgg-auth", In(folder, {"--database", "sqlite:notes.txt"}));
  ExpectOneLine(child, 1, "--database");
  std::ifstream file(folder.path() + "/notes.txt");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

}  // namespace
}  // namespace oofgg::testing
