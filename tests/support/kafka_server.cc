#include "tests/support/kafka_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/may_lack_parts.h"

namespace oofgg::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJava = "/usr/bin/java";

/// Where scripts/setup puts them.
std::string JarFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string folder = cache != nullptr && *cache != '\0' ? std::string(cache)
                             : home != nullptr                  ? std::string(home) + "/.cache"
                                                                : "/root/.cache";
  return folder + "/oofgg/kafka-4.1.1";
}

/// Of the stack's own broker, so that tests have what is shipped.
constexpr const char* kConfiguration = OOFGG_SOURCE_DIR "/servers/stack/kafka.properties";
constexpr const char* kJvmFlags = OOFGG_SOURCE_DIR "/servers/stack/kafka.jvm";

/// What differs: a second door with TLS and a password, less to set up, and a start that a busy machine
/// cannot make too slow.
constexpr const char* kOverrides = R"(
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL
listener.name.secure.sasl.enabled.mechanisms=PLAIN
listener.name.secure.ssl.keystore.type=PEM
offsets.topic.num.partitions=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
initial.broker.registration.timeout.ms=300000
num.io.threads=2
background.threads=1
log.cleaner.enable=false
)";

// Little on stdout, which nobody reads once it has started.
constexpr const char* kLogging = R"(status=ERROR
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%m%n
logger.raft.name=kafka.server.KafkaRaftServer
logger.raft.level=INFO
logger.raft.appenderRef.out.ref=out
logger.raft.additivity=false
rootLogger.level=ERROR
rootLogger.appenderRef.file.ref=file
appender.file.type=File
appender.file.name=file
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d %m%n
)";

}  // namespace

std::string KafkaServer::Missing() {
  std::string lacking;
  std::error_code ignored;
  if (access(kJava, X_OK) != 0) {
    lacking = "there is no Java for a Kafka; ";
  } else if (!fs::is_directory(JarFolder(), ignored)) {
    lacking = "Kafka is not in " + JarFolder() + "; ";
  }
  if (lacking.empty()) return {};
  // ctest takes the other line for a test that was skipped, whatever else the test says.
  if (MayLackParts()) return lacking + "scripts/setup --stack fetches it";
  lacking += "nothing may be missing here, as OOFGG_REQUIRE_ALL is set";
  [&lacking] { FAIL() << lacking; }();  // Fatal: the test's body is not run.
  return lacking;
}

KafkaServer& KafkaServer::Shared() {
  static KafkaServer server;
  return server;
}

KafkaServer::KafkaServer() {
  const std::string controller = "127.0.0.1:" + std::to_string(controller_port_);
  std::ofstream(directory_ / "server.properties")
      << std::ifstream(kConfiguration).rdbuf() << kOverrides << "controller.quorum.voters=1@" << controller
      << "\nlisteners=PLAINTEXT://" << address() << ",SECURE://127.0.0.1:" << secure_port_ << ",CONTROLLER://"
      << controller << "\nadvertised.listeners=PLAINTEXT://" << address() << ",SECURE://" << secure_address()
      << "\nlistener.name.secure.ssl.keystore.location=" << (directory_ / "broker.pem")
      << "\nlistener.name.secure.plain.sasl.jaas.config="
         "org.apache.kafka.common.security.plain.PlainLoginModule required user_oofgg=\""
      << kPassword << "\";\nlog.dirs=" << (directory_ / "log") << "\n";
  const TestCertificate pair = ca_.Issue("broker");
  std::ofstream(directory_ / "broker.pem") << pair.key << pair.certificate;
  std::ofstream(directory_ / "ca.pem") << ca_.certificate();
  std::ofstream(directory_ / "log4j2.properties")
      << kLogging << "appender.file.fileName=" << (directory_ / "errors.log") << "\n";
  // What Kafka's own tool would write, which is a second start of Java.
  fs::create_directory(directory_ / "log");
  std::ofstream(directory_ / "log/meta.properties")
      << "version=1\nnode.id=1\ncluster.id=oofggTestClusterAAAAAA\ndirectory.id=oofggTestDirectoryAAAA\n";
  Start();
}

std::string KafkaServer::SecureProperties(const std::string& password) const {
  return "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.username=oofgg\nsasl.password=" + password +
         "\nssl.ca.location=" + (directory_ / "ca.pem") + "\nbroker.address.family=v4\n";
}

void KafkaServer::Start() {
  process_ = std::make_unique<ChildProcess>(
      kJava, ChildProcess::Options{
                 .arguments = {"@" + std::string(kJvmFlags), "-XX:TieredStopAtLevel=1",
                               "-Dlog4j2.configurationFile=" + (directory_ / "log4j2.properties"), "-cp",
                               JarFolder() + "/*", "kafka.Kafka", directory_ / "server.properties"},
                 .environment = {}});
  constexpr std::chrono::seconds kStart = 3 * kPatience;  // Java on a busy machine: a minute was seen.
  if (process_->WaitForOutput("Kafka Server started", 1, kStart)) return;
  std::ifstream log(directory_ / "errors.log");
  const std::string errors{std::istreambuf_iterator<char>(log), std::istreambuf_iterator<char>()};
  std::fprintf(stderr, "Kafka does not start\n%s%s", process_->errors().c_str(), errors.c_str());
  std::abort();
}

void KafkaServer::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait();
}

}  // namespace oofgg::testing
