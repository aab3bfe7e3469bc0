// oofgg keys and oofgg token, which need no server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_issuer.h"
#include "tests/integration/cli/cli_environment.h"
#include "tests/unit/auth/rfc_vectors.h"

namespace oofgg {
namespace {

using auth::testing::RfcVector;
using nlohmann::json;
using ::oofgg::testing::Answer;
using ::oofgg::testing::Shell;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class CliKeysTest : public ::testing::Test {
 protected:
  CliKeysTest() { EXPECT_TRUE(auth::KeyStore::Open(keys_).ok()); }

  Answer Keys(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "keys");
    arguments.insert(arguments.end(), {"--keys", keys_, "--json"});
    return shell_.Run(arguments);
  }
  std::vector<std::string> States() {
    std::vector<std::string> states;
    std::istringstream lines(Keys({"list"}).output);
    for (std::string line; std::getline(lines, line);) states.push_back(json::parse(line)["state"]);
    return states;
  }

  Shell shell_{{}};
  const std::string keys_ = shell_.home() + "/keys";
};

TEST_F(CliKeysTest, RotatesListsAndRetires) {
  EXPECT_THAT(States(), ElementsAre("signing"));
  const Answer rotated = Keys({"rotate", "--algorithm", "ES256", "--overlap", "2h"});
  ASSERT_EQ(rotated.status, 0) << rotated.errors;
  EXPECT_EQ(rotated.Object()["algorithm"], "ES256");
  EXPECT_EQ(rotated.Object()["state"], "pending");
  EXPECT_THAT(States(), ElementsAre("signing", "pending"));
  EXPECT_EQ(Keys({"rotate"}).status, 1) << "one is pending";
  const std::string pending = rotated.Object()["kid"];
  EXPECT_EQ(Keys({"retire", pending}).status, 0);
  EXPECT_THAT(States(), ElementsAre("signing"));
}

TEST_F(CliKeysTest, KeepsTheOnlyKeyThatSigns) {
  const std::string kid = auth::KeyStore::Open(keys_)->signing_key().kid();
  const Answer refused = Keys({"retire", kid});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("--replace"));
  EXPECT_EQ(Keys({"retire", kid, "--replace"}).status, 0);
  EXPECT_NE(auth::KeyStore::Open(keys_)->signing_key().kid(), kid);
}

TEST_F(CliKeysTest, AnIdThatBeginsWithAHyphenIsNoOption) {
  std::string directory;
  std::string kid;
  for (int i = 0; !kid.starts_with('-'); ++i) {
    directory = shell_.home() + "/keys" + std::to_string(i);
    kid = auth::KeyStore::Open(directory)->signing_key().kid();
  }
  const Answer behind = shell_.Run({"keys", "retire", "--keys", directory, "--", kid});
  EXPECT_EQ(behind.status, 1) << "understood, and refused without --replace: " << behind.errors;
  const Answer retired = shell_.Run({"keys", "retire", kid, "--replace", "--keys", directory});
  EXPECT_EQ(retired.status, 0) << retired.errors;
  EXPECT_NE(auth::KeyStore::Open(directory)->signing_key().kid(), kid);
}

TEST_F(CliKeysTest, PeopleReadWhatWillHappen) {
  ASSERT_EQ(Keys({"rotate", "--overlap", "2h"}).status, 0);
  const std::string list = shell_.Run({"keys", "list", "--keys", keys_}).output;
  EXPECT_THAT(list, StartsWith("key  "));
  EXPECT_THAT(list, HasSubstr("  EdDSA      signing  from the beginning\n"));
  EXPECT_THAT(list, HasSubstr("  EdDSA      pending  signs from "));
}

TEST_F(CliKeysTest, RefusesWhatCannotBe) {
  EXPECT_EQ(Keys({"rotate", "--algorithm", "HS256"}).status, 2);
  EXPECT_EQ(Keys({"rotate", "--overlap", "31d"}).status, 2);
  EXPECT_EQ(Keys({"rotate", "--overlap", "soon"}).status, 2);
  EXPECT_EQ(Keys({}).status, 2);
  EXPECT_EQ(Keys({"retire", "nobody"}).status, 1);
  const Answer away = shell_.Run({"keys", "list", "--keys", keys_ + "/none"});
  EXPECT_EQ(away.status, 1);
  EXPECT_THAT(away.errors, HasSubstr("no directory"));
  EXPECT_FALSE(std::filesystem::exists(keys_ + "/none"));
  const std::string empty = shell_.home() + "/empty";
  std::filesystem::create_directory(empty);
  std::filesystem::permissions(empty, std::filesystem::perms::owner_all);
  for (const char* command : {"list", "rotate"}) {
    const Answer none = shell_.Run({"keys", command, "--keys", empty});
    EXPECT_EQ(none.status, 1);
    EXPECT_THAT(none.errors, HasSubstr("no signing key"));
  }
  EXPECT_EQ(shell_.Run({"keys", "retire", "nobody", "--keys", empty}).status, 1);
  for (const auto& file : std::filesystem::directory_iterator(empty)) {
    EXPECT_NE(file.path().extension(), ".pem") << file.path();
  }
}

class CliTokenTest : public ::testing::Test {
 protected:
  Answer Verify(const std::string& jwks, const std::string& token, std::vector<std::string> more = {}) {
    const std::string file = shell_.home() + "/keys.json";
    std::ofstream(file) << jwks;
    more.insert(more.begin(), {"token", "verify", "--keys", file});
    return shell_.Run(more, token);
  }

  Shell shell_{{}};
};

TEST_F(CliTokenTest, SaysOfTheRfcsExamplesWhatTheyAre) {
  for (const RfcVector& good :
       {auth::testing::kRfc7515A1, auth::testing::kRfc7515A2, auth::testing::kRfc7515A3,
        auth::testing::kRfc7520S41, auth::testing::kRfc7520S44, auth::testing::kRfc8037A4}) {
    const Answer bare = Verify(good.jwk, std::string(good.token) + "\n", {"--no-claims"});
    EXPECT_EQ(bare.output, "valid\n") << good.name << bare.errors;
    EXPECT_EQ(bare.status, 0);
    const Answer set = Verify(R"({"keys":[)" + std::string(good.jwk) + "]}", good.token, {"--no-claims"});
    EXPECT_EQ(set.output, "valid\n") << good.name << set.errors;
  }
  for (const RfcVector& bad :
       {auth::testing::kRfc7515A4, auth::testing::kRfc7515A5, auth::testing::kRfc7520S42,
        auth::testing::kRfc7520S43, auth::testing::kRfc7520S45, auth::testing::kRfc7520S46}) {
    const Answer answer = Verify(bad.jwk, bad.token, {"--no-claims"});
    EXPECT_EQ(answer.status, 1) << bad.name;
    EXPECT_THAT(answer.output, StartsWith("invalid: TOKEN_")) << bad.name;
    EXPECT_EQ(answer.errors, "");
  }
}

TEST_F(CliTokenTest, HoldsClaimsAgainstTheClockAndWhatIsDemanded) {
  EXPECT_THAT(Verify(auth::testing::kRfc7515A1.jwk, auth::testing::kRfc7515A1.token).output,
              StartsWith("invalid: TOKEN_EXPIRED"));
  EXPECT_THAT(Verify(auth::testing::kRfc8037A4.jwk, auth::testing::kRfc8037A4.token).output,
              StartsWith("invalid: TOKEN_MALFORMED"));
  const auth::SigningKey key = auth::SigningKey::Generate().value();
  const std::string keys = auth::Jwks::Of({key.verifying_key()})->ToJson();
  const std::string token = auth::TokenIssuer(key, Clock::System(), RandomSource::System())
                                .Issue({.user_id = "u", .role = "user", .session_id = "s"})
                                .value();
  EXPECT_EQ(Verify(keys, token).output, "valid\n");
  EXPECT_EQ(Verify(keys, token, {"--issuer", "oofgg-auth", "--audience", "oofgg"}).output, "valid\n");
  EXPECT_THAT(Verify(keys, token, {"--issuer", "x"}).output, StartsWith("invalid: TOKEN_ISSUER_WRONG"));
  EXPECT_THAT(Verify(keys, token, {"--audience", "x"}).output, StartsWith("invalid: TOKEN_AUDIENCE_WRONG"));
  const json answer = Verify(keys, token + "x", {"--json"}).Object();
  EXPECT_EQ(answer["valid"], false);
  EXPECT_EQ(answer["reason"], "TOKEN_MALFORMED");
}

TEST_F(CliTokenTest, ATokenMayComeAsItWasCopied) {
  const RfcVector& good = auth::testing::kRfc8037A4;
  const std::string token(good.token);
  for (const std::string& copied :
       {"  " + token + " \n", token + "\r\n\n", "Bearer " + token + "\n", "bearer " + token, "\t" + token}) {
    EXPECT_EQ(Verify(good.jwk, copied, {"--no-claims"}).output, "valid\n") << copied;
  }
  for (const std::string& wrong : {"Basic " + token, token + " " + token, "Bearer Bearer " + token}) {
    EXPECT_EQ(Verify(good.jwk, wrong, {"--no-claims"}).status, 1) << wrong;
  }
}

TEST_F(CliTokenTest, WithoutUsableKeysItSaysNothingOfTheToken) {
  EXPECT_EQ(shell_.Run({"token", "verify"}, "x").status, 2);
  EXPECT_EQ(shell_.Run({"token", "verify", "--keys", "/nowhere/keys.json"}, "x").status, 2);
  const Answer broken = Verify("{", "x");
  EXPECT_EQ(broken.status, 2);
  EXPECT_EQ(broken.output, "");
  EXPECT_THAT(broken.errors, HasSubstr("--keys"));
}

TEST_F(CliTokenTest, InspectShowsAndBelievesNothing) {
  const Answer text = shell_.Run({"token", "inspect"}, auth::testing::kRfc7515A1.token);
  EXPECT_EQ(text.status, 0) << text.errors;
  EXPECT_THAT(text.output, HasSubstr("  alg: HS256\n"));
  EXPECT_THAT(text.output, HasSubstr("  exp: 1300819380 (2011-03-22T18:43:00Z, "));
  EXPECT_THAT(text.output, HasSubstr("NOT VERIFIED"));
  const json object = shell_.Run({"token", "inspect", "--json"}, auth::testing::kRfc7515A1.token).Object();
  EXPECT_EQ(object["claims"]["iss"], "joe");
  EXPECT_EQ(object["verified"], false);
  EXPECT_EQ(shell_.Run({"token", "inspect"}, "nonsense").status, 1);
  EXPECT_EQ(shell_.Run({"token", "inspect"}, "").status, 1);
}

}  // namespace
}  // namespace oofgg
