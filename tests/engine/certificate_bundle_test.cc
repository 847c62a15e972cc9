#include "engine/certificate_bundle.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>

#include "support/certificates.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using test_support::CertificateAuthority;

struct Free {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};

class CertificateBundle : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    const std::string file = (folder_.path() / "bundle.pem").string();
    std::ofstream(file) << text;
    return file;
  }
  bool add(const std::string& text) { return add_certificate_bundle(store_.get(), write(text)); }

  static std::unique_ptr<X509, Free> certificate_of(const std::string& pem) {
    const std::unique_ptr<BIO, Free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return std::unique_ptr<X509, Free>(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  }

  bool trusts(const CertificateAuthority& authority) {
    const auto leaf = certificate_of(authority.issue({"DNS:localhost"}).certificate_pem);
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store_.get(), leaf.get(), nullptr);
    return X509_verify_cert(context.get()) == 1;
  }

  test_support::TemporaryFolder folder_;
  std::unique_ptr<X509_STORE, Free> store_{X509_STORE_new()};
};

TEST_F(CertificateBundle, trusts_what_any_of_its_certificates_has_signed_and_nothing_else) {
  const CertificateAuthority first, second, stranger;
  ASSERT_TRUE(add("# the first\n" + first.certificate_pem() + "\nthe second:\n" + second.certificate_pem()));
  EXPECT_TRUE(trusts(first));
  EXPECT_TRUE(trusts(second));
  EXPECT_TRUE(trusts(first)) << "when the certificate has been decoded already";
  EXPECT_FALSE(trusts(stranger));
}

TEST_F(CertificateBundle, decodes_only_what_is_asked_for) {
  const CertificateAuthority wanted, other;
  ASSERT_TRUE(add(other.certificate_pem() + wanted.certificate_pem() + other.certificate_pem()));
  const auto held = [this] { return sk_X509_OBJECT_num(X509_STORE_get0_objects(store_.get())); };
  EXPECT_EQ(held(), 0);
  EXPECT_TRUE(trusts(wanted));
  EXPECT_LE(held(), 2);  // the test's authorities have one name in common
}

TEST_F(CertificateBundle, is_refused_when_it_holds_no_certificate) {
  EXPECT_FALSE(add(""));
  EXPECT_FALSE(add("-----BEGIN CERTIFICATE-----\nMIIB\n"));
  EXPECT_FALSE(add("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(add_certificate_bundle(store_.get(), (folder_.path() / "missing.pem").string()));
}

TEST_F(CertificateBundle, with_other_things_in_it_is_read_whole) {
  const CertificateAuthority authority;
  const auto key = authority.issue({"DNS:localhost"}).key_pem;
  ASSERT_TRUE(add(key + authority.certificate_pem()));
  EXPECT_TRUE(trusts(authority));
}

TEST_F(CertificateBundle, a_store_takes_one) {
  const CertificateAuthority authority;
  ASSERT_TRUE(add(authority.certificate_pem()));
  EXPECT_FALSE(add(authority.certificate_pem()));
}

// The same name as UTF8String and PrintableString, in other letters and spaces; and in a string that is no plain text.
TEST_F(CertificateBundle, finds_a_name_however_it_is_written) {
  const CertificateAuthority utf8("An Authority of Ours", V_ASN1_UTF8STRING),
      t61("An Authority of Ours", V_ASN1_T61STRING);
  ASSERT_TRUE(add(utf8.certificate_pem() + t61.certificate_pem()));
  const auto found = [this](const char* text, int type) {
    const std::unique_ptr<X509_NAME, Free> name(X509_NAME_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(text);
    X509_NAME_add_entry_by_txt(name.get(), "CN", type, bytes, -1, -1, 0);
    const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store_.get(), nullptr, nullptr);
    STACK_OF(X509)* certificates = X509_STORE_CTX_get1_certs(context.get(), name.get());
    const int count = sk_X509_num(certificates);
    sk_X509_pop_free(certificates, X509_free);
    return count;
  };
  EXPECT_EQ(found("An Authority of Ours", V_ASN1_PRINTABLESTRING), 2);
  EXPECT_EQ(found("  an  AUTHORITY of ours ", V_ASN1_UTF8STRING), 2);
  EXPECT_EQ(found("an authority of ours", V_ASN1_T61STRING), 2);
  EXPECT_LE(found("An Authority of Theirs", V_ASN1_PRINTABLESTRING), 0);
  EXPECT_LE(found("AnAuthorityofOurs", V_ASN1_PRINTABLESTRING), 0) << "white space counts, but how much of it";
}

TEST_F(CertificateBundle, is_read_as_it_is_once) {
  const CertificateAuthority authority;
  const std::string file = write(authority.certificate_pem());
  ASSERT_TRUE(add_certificate_bundle(store_.get(), file));
  std::filesystem::remove(file);
  EXPECT_TRUE(trusts(authority));
}

TEST_F(CertificateBundle, may_have_lines_of_any_length_and_text_around_its_certificates) {
  const CertificateAuthority authority;
  std::string pem = authority.certificate_pem();
  std::string one_line = pem;
  const std::size_t begin = one_line.find('\n') + 1, end = one_line.find("\n-----END");
  one_line.erase(std::remove(one_line.begin() + static_cast<std::ptrdiff_t>(begin),
                             one_line.begin() + static_cast<std::ptrdiff_t>(end), '\n'),
                 one_line.begin() + static_cast<std::ptrdiff_t>(end));
  for (std::size_t at = pem.find('\n'); at != pem.npos; at = pem.find('\n', at + 2)) pem.insert(at, "\r");
  for (const std::string& text : {pem, one_line, "text\n" + pem + "text"}) {
    store_.reset(X509_STORE_new());
    ASSERT_TRUE(add(text)) << text;
    EXPECT_TRUE(trusts(authority)) << text;
  }
}

TEST_F(CertificateBundle, holds_what_openssl_finds_in_the_systems_own) {
  const std::string file = "/etc/ssl/certs/ca-certificates.crt";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no " << file;
  ASSERT_TRUE(add_certificate_bundle(store_.get(), file));
  EXPECT_EQ(sk_X509_OBJECT_num(X509_STORE_get0_objects(store_.get())), 0);
  const std::unique_ptr<X509_STORE, Free> whole(X509_STORE_new());
  ASSERT_EQ(X509_STORE_load_file(whole.get(), file.c_str()), 1);
  const std::unique_ptr<X509_STORE_CTX, Free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store_.get(), nullptr, nullptr);
  const STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(whole.get());
  ASSERT_GT(sk_X509_OBJECT_num(objects), 50);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    X509* certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
    STACK_OF(X509)* found = X509_STORE_CTX_get1_certs(context.get(), X509_get_subject_name(certificate));
    bool same = false;
    for (int k = 0; k < sk_X509_num(found); ++k) same = same || X509_cmp(sk_X509_value(found, k), certificate) == 0;
    EXPECT_TRUE(same) << i;
    sk_X509_pop_free(found, X509_free);
  }
}

}  // namespace
}  // namespace pagehaul
